"""Rules and data of catalog: no I/O, no clock."""

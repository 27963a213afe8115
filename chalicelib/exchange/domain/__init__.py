"""Rules and data of imports: no I/O, no clock."""

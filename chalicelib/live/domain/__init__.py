"""Rules and data of live: no I/O, no clock."""

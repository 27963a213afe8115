"""Rules and data of tickets: no I/O, no clock."""

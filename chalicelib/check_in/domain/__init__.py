"""Rules and data of check-in: no I/O, no clock."""

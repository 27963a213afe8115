"""Rules and data of push: no I/O, no clock."""

"""Rules and data of mail: no I/O, no clock."""

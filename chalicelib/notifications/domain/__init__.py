"""Rules and data of notifications: no I/O, no clock."""

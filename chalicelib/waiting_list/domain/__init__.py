"""Rules and data of waiting lists: no I/O, no clock."""

"""Rules and data of content: no I/O, no clock."""

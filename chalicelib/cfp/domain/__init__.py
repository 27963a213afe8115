"""Rules and data of calls for papers: no I/O, no clock."""

"""Rules and data of reports: no I/O, no clock."""

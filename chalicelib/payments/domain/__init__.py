"""Rules and data of payments: no I/O, no clock."""

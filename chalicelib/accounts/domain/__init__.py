"""Rules and data of accounts: no I/O, no clock."""

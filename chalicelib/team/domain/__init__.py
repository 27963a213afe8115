"""Rules and data of team: no I/O, no clock."""

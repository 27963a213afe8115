"""Rules and data of announcements: no I/O, no clock."""

"""Open Event archives: bytes in, records and a report out. Pure."""

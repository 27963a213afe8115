"""Generated schedules of payments and scans, against an oracle."""

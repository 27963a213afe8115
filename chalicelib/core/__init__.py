"""What everything stands on: errors, ids, money, time, text, validation. A closed list; imports nothing above it."""

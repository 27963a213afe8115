"""Use cases of announcements."""

"""Use cases of announcements, one module a verb."""

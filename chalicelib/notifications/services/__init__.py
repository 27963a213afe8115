"""Use cases of notifications, one module a verb."""

"""Use cases of check-in, one module a verb."""

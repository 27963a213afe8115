"""Use cases of live, one module a verb."""

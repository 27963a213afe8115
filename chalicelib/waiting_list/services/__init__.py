"""Use cases of waiting lists, one module a verb."""

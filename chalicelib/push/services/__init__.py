"""Use cases of push, one module a verb."""

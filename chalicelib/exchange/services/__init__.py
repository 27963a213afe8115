"""Use cases of imports, one module a verb."""

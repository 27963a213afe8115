"""Use cases of catalog, one module a verb."""

"""Use cases of reports, one module a verb."""

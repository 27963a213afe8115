"""Use cases of payments, one module a verb."""

"""Use cases of orders, one module a verb."""

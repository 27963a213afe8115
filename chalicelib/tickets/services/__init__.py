"""Use cases of tickets, one module a verb."""

"""Use cases of team, one module a verb."""

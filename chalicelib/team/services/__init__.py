"""Use cases of team."""

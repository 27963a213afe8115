"""Use cases of live."""

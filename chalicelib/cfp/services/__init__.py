"""Use cases of calls for papers."""

"""Use cases of calls for papers, one module a verb."""

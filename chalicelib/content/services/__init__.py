"""Use cases of content, one module a verb."""

"""Use cases of mail, one module a verb."""

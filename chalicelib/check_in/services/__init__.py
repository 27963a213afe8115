"""Use cases of check-in, one module for each verb."""

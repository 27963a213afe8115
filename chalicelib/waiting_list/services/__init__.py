"""Use cases of waiting lists, one module for each verb."""

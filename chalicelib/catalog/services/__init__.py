"""Use cases of catalog, one module for each verb."""

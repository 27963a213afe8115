"""Use cases of reports, one module for each verb."""

"""Use cases of tickets, one module for each verb."""

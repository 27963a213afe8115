"""Whole requests through the Chalice app against the local database."""

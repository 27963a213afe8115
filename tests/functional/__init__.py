"""Whole requests through the Chalice app, over the local database."""

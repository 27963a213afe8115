"""Waiting lists for tickets that are sold out, and the offers made to the people on them."""

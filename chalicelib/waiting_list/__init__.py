"""Waiting for tickets, and the offers that end it."""

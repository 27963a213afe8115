"""Roles of an event's staff, and invitations."""

"""Inbox, preferences, channels, and how messages are composed."""

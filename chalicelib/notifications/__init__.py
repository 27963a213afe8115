"""Inbox, preferences, channels, and the composing of what people hear."""

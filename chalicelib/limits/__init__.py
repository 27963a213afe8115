"""Limits on how much a visitor may do, and queues for callers that must wait."""

"""Delivery of mails: digests, bounces, unsubscribing."""

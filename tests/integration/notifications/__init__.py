"""Inboxes, sockets and mails against a database."""

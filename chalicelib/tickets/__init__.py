"""Issued tickets: their codes, QR, PDF."""

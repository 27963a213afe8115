"""Issued tickets: their codes, QR codes and PDF."""

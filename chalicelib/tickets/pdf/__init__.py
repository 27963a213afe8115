"""Printed tickets as bytes. Pure."""

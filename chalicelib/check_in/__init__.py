"""Scans at the gate, offline scans, and counts of check-ins."""

"""Scans at the gate, offline scans, counts."""

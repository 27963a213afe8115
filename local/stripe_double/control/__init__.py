"""Faults and shortcuts for tests, what happens when time passes, and a view of the double's state."""

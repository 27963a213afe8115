"""Trouble and shortcuts on command, time that passes, and what the double saw."""

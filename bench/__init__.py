"""Measurements as commands: `python -m bench`. docs/performance.md says what is measured, how, and what it gave."""

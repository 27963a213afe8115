"""Measurements, run by `python -m bench`. docs/performance.md says what is measured, how, and the results."""

"""Computes what a month on AWS costs: `python -m bench.cost`."""

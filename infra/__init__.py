"""Deploying Marquee to AWS: what must outlive a release (stacks/), and the commands that bring a stage up and down.

Run as `python -m infra`. Knows the product only from outside: its files, its tables' streams, its URLs.
"""

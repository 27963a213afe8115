"""Deploys Marquee to AWS: the resources that outlive a release (stacks/), and the commands that bring a stage up and
down.

Run as `python -m infra`. Uses the product only from outside: its files, its tables' streams, its URLs.
"""

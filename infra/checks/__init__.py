"""Checks before and after a deployment: limits, policies, a smoke test."""

"""Fixtures of the modules that speak to AWS."""

from tests.harness.aws import session

__all__ = ["session"]

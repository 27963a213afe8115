"""Fixtures for modules that call AWS."""

from tests.harness.aws import session

__all__ = ["session"]

"""Tests of what we expect of others: they run against the test double, and on request against the real thing."""

"""Carries a request out once although it is sent twice."""

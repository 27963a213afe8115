"""Tests of this level."""

"""Tests, by level; CONTRIBUTING.md says what each level is for."""

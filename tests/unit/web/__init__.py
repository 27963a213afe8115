"""Modules of the pages that need no page, run by node."""

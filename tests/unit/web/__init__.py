"""Modules of the pages that need no browser, run by Node."""

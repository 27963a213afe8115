"""Adapters of accounts, one file per port and technology. Imported by bootstrap and adapters alone."""

"""Adapters of payments, one file per port and technology. Imported by bootstrap and adapters alone."""

"""Adapters of catalog, one file per port and technology. Imported by bootstrap and adapters alone."""

"""Adapters of calls for papers, one file per port and technology. Imported by bootstrap and adapters alone."""

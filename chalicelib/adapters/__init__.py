"""One file per port and technology. Imported by bootstrap alone."""

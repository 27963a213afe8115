"""One module with fakes; no database."""

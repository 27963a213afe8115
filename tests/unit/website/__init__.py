"""Pages rendered from fixed data."""

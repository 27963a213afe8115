"""Public HTML, rendered when data changes, like every representation."""

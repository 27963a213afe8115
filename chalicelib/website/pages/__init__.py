"""Templates, and functions that turn domain objects into pages."""

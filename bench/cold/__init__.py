"""P3: cold starts."""

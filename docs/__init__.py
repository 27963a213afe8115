"""Documentation, and what generates the generated parts of it."""

"""Import of programmes in other formats."""

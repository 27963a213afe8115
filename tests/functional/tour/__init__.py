"""A tour of everything the product does, and what its functions may do."""

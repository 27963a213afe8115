"""What is on sale: ticket types, quotas, discounts, access codes, stock."""

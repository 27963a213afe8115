"""What is on sale: ticket types, quotas, discounts, access codes, and their stock."""

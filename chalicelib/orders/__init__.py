"""Baskets, orders, charges, the facts of refunds, and stock held for orders."""

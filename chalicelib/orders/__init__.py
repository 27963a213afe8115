"""Baskets, orders, charges, facts of refunds, and holds of stock."""

"""Baskets, orders, charges, refunds as facts, and holds of stock."""

"""Checkout sessions, intents, attempts, refunds, disputes, and the balance."""

"""Stripe: checkout, webhook, recording, refunds, expiry, reconciliation, Connect."""

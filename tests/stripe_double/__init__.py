"""Tests of the Stripe test double; the real stripe library is the client."""

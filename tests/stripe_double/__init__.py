"""The Stripe double, with the real stripe library as its client."""

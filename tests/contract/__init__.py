"""What the gateway expects of Stripe: against the double, and with `STRIPE_TEST_KEY` against its test mode."""

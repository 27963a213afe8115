"""The steps of `up` and `down`, and what they ask of AWS, Chalice and Stripe."""

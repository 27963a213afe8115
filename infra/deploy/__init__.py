"""The steps of `up` and `down`, and the calls of AWS, Chalice and Stripe that they make."""

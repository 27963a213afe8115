"""A push service on one machine."""

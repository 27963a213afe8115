"""P5 and P12: sales."""

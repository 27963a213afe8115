"""P1 and P2: reads."""

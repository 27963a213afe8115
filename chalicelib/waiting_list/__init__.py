"""People who wait for tickets, and the offers they get."""

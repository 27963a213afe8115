"""Who may do how much, and who waits in line for it."""

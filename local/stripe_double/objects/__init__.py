"""Base shapes of the objects that the double returns."""

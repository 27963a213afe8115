"""Web push: subscriptions of browsers, and what is pushed to them."""

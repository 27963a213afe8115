"""What calls handlers without a request: streams, timers, mail events, and what failed of them."""

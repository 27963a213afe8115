"""Events, the endpoints that get them, and faults of deliveries and API calls."""

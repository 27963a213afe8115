"""Events, the endpoints they are sent to, and faults on the way."""

"""Use cases, one module a verb. They see ports and domain, never adapters, HTTP or sockets."""

"""The double's API: endpoints, parameters, errors, idempotency, lists, and its store."""

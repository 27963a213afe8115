"""How the double speaks: endpoints, parameters, errors, idempotency, lists, its store."""

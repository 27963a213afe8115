"""HTTP in: one blueprint a resource. Parse, call a service, shape the answer; no rule lives here."""

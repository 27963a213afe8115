"""HTTP routes: one blueprint for each resource. A view parses, calls a service and shapes the answer."""

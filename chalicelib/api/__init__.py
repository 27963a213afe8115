"""What every route shares: the endpoint boundary, strict JSON, conditional requests, problems, principals."""

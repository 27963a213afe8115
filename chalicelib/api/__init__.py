"""The parts that all routes share: the endpoint boundary, strict JSON, conditional requests, problems, principals."""

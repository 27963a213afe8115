"""API Gateway, CloudFront and Lambda's calling conventions on one machine."""

"""A tour of all the product's features, and the permissions that its functions need for them."""

"""AWS clients that adapters share: signed requests, DynamoDB's tables, keys, reader and transactions."""

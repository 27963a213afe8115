"""Clients of AWS that adapters share: signed requests, DynamoDB's tables, keys, reader and transactions."""

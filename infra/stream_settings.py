"""Settings of stream mappings that the local runner imitates. Read by streams.py and by local/; imports nothing."""

PARALLEL = {"on_notifications": 4, "on_stripe_inbox": 10}
"""Batches of one shard that a function works on at the same time (1 to 10; all others: one). Records of one partition
key stay in order. Source: docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
"""

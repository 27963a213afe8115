"""Settings of stream mappings that the local runner imitates. Read by streams.py and local/; imports none of them."""

from typing import Any

PARALLEL = {"on_notifications": 4, "on_stripe_inbox": 10}
"""Batches of one shard that a function works on at the same time (1 to 10; all others: one). Records of one partition
key stay in order. Source: docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
"""
_MAIL: dict[str, Any] = {"sk": {"S": ["MAIL"]}}
FILTERS: dict[str, list[dict[str, Any]]] = {
    "on_notifications": [
        {"dynamodb": {"Keys": {"sk": {"S": [{"anything-but": ["MAIL"]}]}}}},
        {"dynamodb": {"Keys": _MAIL, "NewImage": {"state": {"S": [{"anything-but": ["queued"]}]}}}},
    ],
    "send_mails": [{"dynamodb": {"Keys": _MAIL, "NewImage": {"state": {"S": ["queued"]}}}}],
}
"""Which records of its stream a function is given (one of the patterns); all others: every one. Two functions share the
stream of the notifications table, which is as many as DynamoDB serves well. A filter saves calls: each function passes
over what is not its own, as it must until `up` has set the filter.
Source: docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
"""

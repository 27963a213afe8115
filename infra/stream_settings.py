"""Settings of stream mappings that the local runner imitates. Read by infra/deploy/streams.py and local/; imports none
of them.
"""

from typing import Any

PARALLEL = {"on_stripe_inbox": 10}
"""Batches of one shard that a function works on at the same time (1 to 10; all others: one). Only the records of one
item (partition and sort key) stay in order then. So pushes are not among them: a socket is told in order, and each
notification is an item. Source: docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""
FILTERS: dict[str, list[dict[str, Any]]] = {
    "send_mails": [{"dynamodb": {"Keys": {"sk": {"S": ["MAIL"]}}, "NewImage": {"state": {"S": ["queued"]}}}}],
}
"""Which records of its stream a function is given (one of the patterns); all others: every one. Two functions share the
stream of the notifications table, which is as many as DynamoDB serves well. A filter saves calls: each function passes
over what is not its own. `on_notifications` has none: in the release before it is what sends the mails, and what that
release's own settings do not know they would leave in place.
Source: docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
"""

"""Settings of stream mappings. infra/deploy/streams.py applies them on AWS, local/ imitates them; imports neither."""

from typing import Any

PARALLEL = {"on_stripe_inbox": 10}
"""By function: how many batches of one shard Lambda gives it at the same time (1 to 10; all others: 1). Above 1, only
the records of one item (partition and sort key) stay in order. `on_notifications` must not be here: a socket gets its
notifications in order, and each notification is an item of its own.
Source: docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""
FILTERS: dict[str, list[dict[str, Any]]] = {
    "send_mails": [{"dynamodb": {"Keys": {"sk": {"S": ["MAIL"]}}, "NewImage": {"state": {"S": ["queued"]}}}}],
}
"""By function: the patterns of which a record must match one; functions without an entry get every record. Two
functions read the stream of the notifications table, the most that DynamoDB supports well. A filter only saves calls,
since each function ignores the other's records. `on_notifications` has none: in the release before, it sends the mails,
and after a rollback that release would leave a filter in place that its settings do not contain.
Source: docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
"""

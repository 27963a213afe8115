"""Mail events: what Amazon SES publishes on its topic, delivered by SNS. Called by app.py with the event's dictionary.

When the function raises, Lambda delivers the event again, twice. Source:
docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from typing import Any

from chalicelib import bootstrap


def hear(event: dict[str, Any]) -> None:
    """Handles each message of a delivery."""
    suppressing = bootstrap.services().mail.suppress_bounces
    for record in event["Records"]:
        suppressing.suppress_bounces(record["Sns"]["Message"])

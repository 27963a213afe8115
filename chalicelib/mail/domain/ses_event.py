"""Reads the messages of Amazon SES, sent through SNS, about mails that came back. Pure.

Reads both shapes: event publishing (`eventType`) and feedback notifications (`notificationType`). Source:
docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html and notification-contents.html
"""

import json
from typing import Any, NamedTuple


class Unreadable(ValueError):
    """Raised for a text that is not a message of SES."""


ORDER_TAG = "order"
"""The tag that holds the id of the order whose tickets a mail contains. SES returns tags in its messages."""


class Returned(NamedTuple):
    """An address to which no more mail may be sent, and the reason: `bounced` or `complained`. `order_id` is set when
    the mail contained tickets.
    """

    address: str
    reason: str
    order_id: str | None = None


def returned(message: str) -> list[Returned]:
    """Returns the addresses to which no more mail may be sent. The list is empty for a transient bounce (a full
    mailbox, a vacation), for a complaint of type not-spam, and for all other events. Raises Unreadable.
    """
    try:
        event = json.loads(message)
        kind = event.get("eventType") or event["notificationType"]
        if kind == "Bounce" and event["bounce"]["bounceType"] == "Permanent":
            return _each(event, event["bounce"]["bouncedRecipients"], "bounced")
        if kind == "Complaint" and event["complaint"].get("complaintFeedbackType") != "not-spam":
            return _each(event, event["complaint"]["complainedRecipients"], "complained")
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise Unreadable(type(problem).__name__) from None
    return []


def _each(event: dict[str, Any], recipients: list[dict[str, Any]], reason: str) -> list[Returned]:
    tagged = ((event.get("mail") or {}).get("tags") or {}).get(ORDER_TAG) or [None]
    order_id = str(tagged[0]) if tagged[0] else None
    return [Returned(_plain(str(one["emailAddress"])), reason, order_id) for one in recipients]


def _plain(address: str) -> str:
    """Returns the address without a name around it: some servers report `<ada@example.org>`."""
    return address.rpartition("<")[2].rstrip("> ")

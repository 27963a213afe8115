"""What Amazon SES tells of mails it sent, as it stands in an SNS message: which addresses a mail came back from.

Both shapes are read: those of event publishing (`eventType`) and of feedback notifications (`notificationType`).
Source: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html and notification-contents.html
"""

import json
from typing import Any, NamedTuple


class Unreadable(ValueError):
    """Not a message of SES's."""


ORDER_TAG = "order"
"""Names the order whose tickets went with a mail; SES gives tags back with what it tells."""


class Returned(NamedTuple):
    """An address that is not to be mailed again, and why: `bounced` or `complained`; `order_id` when tickets were sent
    to it.
    """

    address: str
    reason: str
    order_id: str | None = None


def returned(message: str) -> list[Returned]:
    """The addresses a message says not to mail again; none for what passes (a transient bounce: a full mailbox, a
    vacation), for a complaint that says the mail was no spam, and for every other kind of event. Raises Unreadable.
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
    """The address without a name around it: some servers report `<ada@example.org>`."""
    return address.rpartition("<")[2].rstrip("> ")

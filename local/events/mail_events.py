"""Bounces and complaints as Amazon SES reports them through SNS. The mailbox page asks for one, and it goes through the
product's real handler.

Source: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html and
docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from local.gateway.handlers import Handler
from local.gateway.lambda_context import ACCOUNT

TOPIC_END = "-mail-events"
KINDS = {
    "bounce": "Bounce: no such mailbox",
    "full": "Bounce: mailbox full (passes)",
    "complaint": "Complaint: marked as spam",
}
"""Events that can happen to a mail -> label on the mailbox page."""


class MailEvents:
    """Passes events to the handler of the mail topic. Does nothing when there is no such handler."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = {topic: one for topic, one in handlers.items() if topic.endswith(TOPIC_END)}

    def tell(self, mail: Mapping[str, Any], kind: str) -> None:
        """Sends one event and waits for the handler. Its exceptions reach the caller."""
        now = datetime.now(UTC)
        message = json.dumps(ses_event(mail, kind, now))
        for topic, handler in self._handlers.items():
            handler(sns_event(f"arn:aws:sns:us-east-1:{ACCOUNT}:{topic}", message, now))


def ses_event(mail: Mapping[str, Any], kind: str, at: datetime) -> dict[str, Any]:
    """Returns what SES publishes about a mail. `kind` is a key of KINDS."""
    about = {
        "timestamp": mail["at"],
        "source": mail["from"],
        "sendingAccountId": ACCOUNT,
        "messageId": mail["id"],
        "destination": mail["to"],
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in mail.get("headers", {}).items()],
        "commonHeaders": {"from": [mail["from"]], "to": mail["to"], "subject": mail["subject"]},
        "tags": {
            "ses:configuration-set": ["marquee-local"],
            **{name: [value] for name, value in mail.get("tags", {}).items()},
        },
    }
    told = _complaint(mail, at) if kind == "complaint" else _bounce(mail, kind, at)
    return {**told, "mail": about}


def _bounce(mail: Mapping[str, Any], kind: str, at: datetime) -> dict[str, Any]:
    lasting = kind == "bounce"
    status, code = ("5.1.1", "550 5.1.1 user unknown") if lasting else ("4.2.2", "452 4.2.2 mailbox full")
    recipients = [
        {"emailAddress": to, "action": "failed", "status": status, "diagnosticCode": f"smtp; {code}"}
        for to in mail["to"]
    ]
    bounce = {
        "feedbackId": str(uuid4()),
        "bounceType": "Permanent" if lasting else "Transient",
        "bounceSubType": "General" if lasting else "MailboxFull",
        "bouncedRecipients": recipients,
        "timestamp": _stamp(at),
        "reportingMTA": "dns; mx.example",
    }
    return {"eventType": "Bounce", "bounce": bounce}


def _complaint(mail: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    complaint = {
        "feedbackId": str(uuid4()),
        "complaintSubType": None,
        "complainedRecipients": [{"emailAddress": to} for to in mail["to"]],
        "timestamp": _stamp(at),
        "userAgent": "Feedback loop of a mail provider",
        "complaintFeedbackType": "abuse",
        "arrivalDate": _stamp(at),
    }
    return {"eventType": "Complaint", "complaint": complaint}


def sns_event(topic_arn: str, message: str, at: datetime) -> dict[str, Any]:
    """Returns one message as SNS passes it to Lambda."""
    sns = {
        "Type": "Notification",
        "MessageId": str(uuid4()),
        "TopicArn": topic_arn,
        "Subject": "Amazon SES Email Event Notification",
        "Message": message,
        "Timestamp": _stamp(at),
        "SignatureVersion": "1",
        "Signature": "local",
        "SigningCertUrl": "https://sns.us-east-1.amazonaws.com/local.pem",
        "UnsubscribeUrl": "https://sns.us-east-1.amazonaws.com/",
        "MessageAttributes": {},
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": f"{topic_arn}:{uuid4()}",
        "Sns": sns,
    }
    return {"Records": [record]}


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

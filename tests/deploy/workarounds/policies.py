"""IAM: the resource of a request, where the emulator's differs from AWS's."""

import contextvars
import json
from email.utils import parseaddr
from typing import Any

from ministack.core import iam_actions, iam_evaluator

from tests.deploy.places import ACCOUNT, REGION


def apply() -> None:
    """Applies the workarounds of this module."""
    _parameters_by_name()
    _mail_by_identity()


def _parameters_by_name() -> None:
    """GetParameters of NAME:VERSION needs a permission on each parameter; the emulator checks for one on everything.
    Here it checks for the first parameter.
    """
    name = iam_actions.extract_resource_arn

    def naming(service: str, method: str, path: str, headers: dict, body: bytes, *rest: Any, **more: Any) -> str:
        names = json.loads(body).get("Names") if service == "ssm" and body else None
        if not names or ":" not in names[0]:
            return name(service, method, path, headers, body, *rest, **more)
        return f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{names[0].partition(':')[0]}"

    iam_actions.extract_resource_arn = naming


def _mail_by_identity() -> None:
    """SendEmail needs a permission on an identity, with the sender's address as a condition key; the emulator checks
    for one on everything and has no such key. Here it checks for the recipient's identity, as in SES's sandbox.
    """
    name, resolve = iam_actions.extract_resource_arn, iam_evaluator._resolve_condition_key
    sender: contextvars.ContextVar[str | None] = contextvars.ContextVar("sender", default=None)

    def naming(service: str, method: str, path: str, headers: dict, body: bytes, *rest: Any, **more: Any) -> str:
        if path != "/v2/email/outbound-emails":
            return name(service, method, path, headers, body, *rest, **more)
        mail = json.loads(body)
        sender.set(parseaddr(mail["FromEmailAddress"])[1])
        return f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{mail['Destination']['ToAddresses'][0]}"

    def resolving(key: str, context: Any) -> Any:
        return sender.get() if key.lower() == "ses:fromaddress" else resolve(key, context)

    iam_actions.extract_resource_arn, iam_evaluator._resolve_condition_key = naming, resolving

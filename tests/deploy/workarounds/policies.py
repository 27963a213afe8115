"""IAM: what a request is about, where the emulator names it otherwise than AWS."""

import contextvars
import json
import re
from email.utils import parseaddr
from typing import Any

from ministack.core import iam_actions, iam_evaluator

from tests.deploy.places import ACCOUNT, REGION

_SELECTED = re.compile(r"^(arn:aws:ssm:[^:]*:[^:]*:parameter/[^:]*):[^:]*$")


def apply() -> None:
    """Everything in this module."""
    _parameters_without_version()
    _mail_by_identity()


def _parameters_without_version() -> None:
    """GetParameter of NAME:VERSION is about the parameter; the emulator looks for a permission on `NAME:VERSION`."""
    name = iam_actions.extract_resource_arn

    def naming(*arguments: Any, **more: Any) -> str:
        return _SELECTED.sub(r"\1", name(*arguments, **more))

    iam_actions.extract_resource_arn = naming


def _mail_by_identity() -> None:
    """SendEmail is about an identity, and the sender's address is a condition key; the emulator looks for a permission on
    everything and knows no such key. Here it is the recipient's identity, as in SES's sandbox.
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

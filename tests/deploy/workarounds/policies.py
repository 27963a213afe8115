"""IAM: what a request is about, where the emulator names it otherwise than AWS."""

import json
import re
from email.utils import parseaddr
from typing import Any

from ministack.core import iam_actions

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
    """SendEmail is about the identity that the sender's address belongs to, here its domain; the emulator looks for a
    permission on everything.
    """
    name = iam_actions.extract_resource_arn

    def naming(service: str, method: str, path: str, headers: dict, body: bytes, *rest: Any, **more: Any) -> str:
        if path != "/v2/email/outbound-emails":
            return name(service, method, path, headers, body, *rest, **more)
        sender = parseaddr(json.loads(body)["FromEmailAddress"])[1]
        return f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{sender.partition('@')[2]}"

    iam_actions.extract_resource_arn = naming

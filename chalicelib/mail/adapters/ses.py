"""Sends mail through Amazon SES v2. Implements the port `Mailer`.

Checks subject and address again, whatever built them: neither may contain a line break or a second address. Source:
docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

from chalicelib.core.email_address import in_ascii
from chalicelib.core.errors import UpstreamFailed
from chalicelib.mail.domain.ses_event import ORDER_TAG
from chalicelib.mail.ports import Attachment, Claimed, MailDelayed, MailRefused, MailUncertain, SendingLimits

CONNECT_SECONDS = 2
READ_SECONDS = 8
LEAST_A_SECOND = 0.1
"""Lowest assumed rate (mails per second). SES may report 0 for a paused account; a try shows whether it can send."""
_LATER = {
    "TooManyRequestsException",
    "LimitExceededException",
    "SendingPausedException",
    "AccountSuspendedException",
    "ThrottlingException",
    "Throttling",
}
"""Codes for too many mails per second or day, and for paused sending. The mail itself is fine and stays queued."""
_NEVER_LEFT = (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError)


class SesMailer:
    """Sends from one address. It tries once; mail/services/send_mail.py decides about another try."""

    def __init__(self, *, region: str, sender: str) -> None:
        self._sender = sender
        self._client: Any = boto3.session.Session().client(
            "sesv2",
            region_name=region,
            config=Config(
                connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"total_max_attempts": 1}
            ),
        )

    def send(self, mail: Claimed) -> None:
        """Sends the mail. Raises MailRefused, MailUncertain, MailDelayed and UpstreamFailed (not accepted, worth
        another try).
        """
        message = message_of(mail, sender=self._sender)
        try:
            self._client.send_email(**message)
        except ClientError as error:
            raise _failure(error) from error
        except _NEVER_LEFT as error:
            raise UpstreamFailed("The mail service cannot be reached.") from error
        except BotoCoreError as error:
            raise MailUncertain(type(error).__name__) from error

    def limits(self) -> SendingLimits:
        """Returns the account's current sending limits. Raises UpstreamFailed. Source:
        docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendQuota.html
        """
        try:
            quota = self._client.get_account()["SendQuota"]
        except (ClientError, BotoCoreError) as error:
            raise UpstreamFailed("The mail service does not say what it takes.") from error
        most, sent = float(quota["Max24HourSend"]), float(quota["SentLast24Hours"])
        left = None if most < 0 else max(0.0, most - sent)
        return SendingLimits(max(float(quota["MaxSendRate"]), LEAST_A_SECOND), left)


def message_of(mail: Claimed, *, sender: str) -> dict[str, Any]:
    """Returns the request of SendEmail. Raises MailRefused."""
    simple: dict[str, Any] = {
        "Subject": _utf8(header(mail.subject)),
        "Body": {"Text": _utf8(mail.text), "Html": _utf8(mail.html)},
    }
    if mail.headers:
        simple["Headers"] = [{"Name": name, "Value": _whole(value)} for name, value in mail.headers]
    if mail.attachments:
        simple["Attachments"] = [_attached(one) for one in mail.attachments]
    tags = {"EmailTags": [{"Name": ORDER_TAG, "Value": mail.tickets_of}]} if mail.tickets_of else {}
    return {
        **tags,
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": [address(mail.to)]},
        "Content": {"Simple": simple},
    }


def _whole(value: str) -> str:
    """Returns a header's value unchanged. Raises MailRefused for a value that would begin another line, because a
    repaired one would be wrong.
    """
    if not value.isascii() or not value.isprintable():
        raise MailRefused("malformed_header")
    return value


def _attached(attachment: Attachment) -> dict[str, Any]:
    """Returns an attachment for SES, which builds the MIME message. Source:
    docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html
    """
    return {
        "RawContent": attachment.content,
        "FileName": attachment.name,
        "ContentType": attachment.content_type,
        "ContentDisposition": "ATTACHMENT",
        "ContentTransferEncoding": "BASE64",
    }


def header(text: str) -> str:
    """Returns the text as one header line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def address(text: str) -> str:
    """Returns one plain address with its domain in ASCII. Raises MailRefused."""
    try:
        return in_ascii(text)
    except ValueError:
        raise MailRefused("malformed_address") from None


def _failure(error: ClientError) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
    if code in _LATER or status == 429:
        return MailDelayed(code)
    if status >= 500:
        return MailUncertain(code)
    if status in (401, 403):
        return UpstreamFailed("The mail service does not accept our credentials.")
    return MailRefused(code)


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}

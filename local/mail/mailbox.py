"""Amazon SES v2 on one machine: stores the mail that the product sends, and shows it instead of sending it.

`site` mounts it at /_local/ses (API), /_local/mail (page) and /_local/mail.json. The mails are kept in `mail.jsonl`.
They contain text that users wrote, so each is shown in a sandboxed frame without scripts, under a policy that loads
nothing.
"""

from __future__ import annotations

import base64
import email
import email.policy
import html
import json
import os
import re
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from local.events.mail_events import KINDS
from local.site.pages import page

SHOWN = 200
MAILS_A_SECOND = 100.0
"""The sending rate that the API reports as allowed. It is more than the product sends on one machine."""
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'"
)
LINK = re.compile(r"https?://[^\s<>\"')\]]+")


class UnsendableMail(ValueError):
    """A mail that SES would refuse with 400."""


Tell = Callable[[Mapping[str, Any], str], None]
"""Reports an event of a mail to the product. Takes the mail and a key of mail_events.KINDS."""


class Mailbox:
    """The stored mails, newest first. Thread-safe."""

    def __init__(self, path: Path | None = None, tell: Tell | None = None) -> None:
        self._path = path
        self._tell = tell
        self._lock = threading.Lock()
        self._mails: list[dict[str, Any]] = []
        if path and path.exists():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            self._mails = [mail for mail in map(_parse, lines) if mail][::-1]

    def all(self, to: str = "") -> list[dict[str, Any]]:
        """Returns every mail, or those to one address."""
        with self._lock:
            return [mail for mail in self._mails if not to or to.lower() in [one.lower() for one in mail["to"]]]

    def clear(self) -> None:
        """Deletes all mails and the file."""
        with self._lock:
            self._mails.clear()
            if self._path:
                self._path.unlink(missing_ok=True)

    def send(self, body: bytes) -> JSONResponse:
        """`POST /v2/email/outbound-emails`: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html"""
        try:
            mail = _read_request(json.loads(body))
        except (UnsendableMail, ValueError, KeyError, TypeError, AttributeError) as error:
            words = str(error) or type(error).__name__
            return JSONResponse({"message": words}, 400, {"x-amzn-errortype": "BadRequestException"})
        self._keep(mail)
        return JSONResponse({"MessageId": mail["id"]})

    @staticmethod
    def limits() -> JSONResponse:
        """`GET /v2/email/account`: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html"""
        quota = {"Max24HourSend": -1.0, "MaxSendRate": MAILS_A_SECOND, "SentLast24Hours": 0.0}
        return JSONResponse({"SendQuota": quota, "SendingEnabled": True, "ProductionAccessEnabled": True})

    def _keep(self, mail: dict[str, Any]) -> None:
        with self._lock:
            self._mails.insert(0, mail)
            if self._path:
                with open(self._path, "a", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                    file.write(json.dumps(mail) + "\n")
                    file.flush()
                    os.fsync(file.fileno())

    def return_mail(self, id: str, kind: str) -> Response:
        """`POST /_local/mail/ID/KIND`: reports a bounce or complaint of a mail to the product, as SES does."""
        mail = next((one for one in self.all() if one["id"] == id), None)
        if mail is None or kind not in KINDS or self._tell is None:
            return JSONResponse({"message": "No such mail, or nothing that happens to mails"}, 404)
        self._tell(mail, kind)
        return RedirectResponse("/_local/mail", 303)

    def json_view(self, to: str = "") -> JSONResponse:
        """Returns `{"items": […]}`, newest first."""
        return JSONResponse({"items": self.all(to)})

    def html_view(self) -> HTMLResponse:
        """Returns the page with the newest SHOWN mails."""
        mails = self.all()[:SHOWN]
        shown = "\n".join(map(_article, mails)) or "<p>No mail yet. What the product sends appears here.</p>"
        return page("Mailbox", shown, POLICY)


def _parse(line: str) -> dict[str, Any] | None:
    try:
        mail = json.loads(line)
    except ValueError:
        return None
    return mail if isinstance(mail, dict) else None


def _read_request(request: dict[str, Any]) -> dict[str, Any]:
    destination = request.get("Destination") or {}
    to = [address for kind in ("To", "Cc", "Bcc") for address in destination.get(f"{kind}Addresses", [])]
    content = request["Content"]
    if "Raw" in content:
        mail = _read_raw(base64.b64decode(content["Raw"]["Data"], validate=True))
    elif "Simple" in content:
        mail = _read_simple(content["Simple"])
    else:
        raise UnsendableMail("Content holds neither Simple nor Raw")
    sender = request.get("FromEmailAddress") or mail.pop("from", "")
    recipients = to or mail.pop("to", [])
    if not sender or not recipients or not all("@" in address for address in [sender, *recipients]):
        raise UnsendableMail("Sender or recipient is missing or malformed")
    lines = [mail["subject"], *(f"{name}{value}" for name, value in mail["headers"].items())]
    if any("\n" in line or "\r" in line for line in lines):
        raise UnsendableMail("The subject or a header holds a line break")
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    tags = {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", [])}
    return {**mail, "id": str(uuid4()), "at": now, "from": sender, "to": recipients, **({"tags": tags} if tags else {})}


def _read_simple(simple: dict[str, Any]) -> dict[str, Any]:
    body = simple["Body"]
    headers = {header["Name"]: header["Value"] for header in simple.get("Headers", [])}
    return {
        "subject": simple["Subject"]["Data"],
        "text": body.get("Text", {}).get("Data", ""),
        "html": body.get("Html", {}).get("Data", ""),
        "headers": headers,
        "attachments": [part.get("FileName", "") for part in simple.get("Attachments", [])],
    }


def _read_raw(data: bytes) -> dict[str, Any]:
    message = email.message_from_bytes(data, EmailMessage, policy=email.policy.default)
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    texts = {kind: part.get_content() if part else "" for kind, part in parts.items()}
    everyone = [address for name in ("to", "cc") for field in message.get_all(name, []) for address in field.addresses]
    return {
        "from": str(message.get("from", "")),
        "to": [address.addr_spec for address in everyone],
        "subject": str(message.get("subject", "")),
        "text": texts["plain"],
        "html": texts["html"],
        "headers": {name: str(value) for name, value in message.items()},
        "attachments": [part.get_filename() or "" for part in message.iter_attachments()],
    }


def _article(mail: dict[str, Any]) -> str:
    def safe(value: str) -> str:
        return html.escape(value, quote=True)

    links = dict.fromkeys(LINK.findall(mail["text"] or html.unescape(mail["html"])))
    found = "".join(f'<li><a href="{safe(link)}" rel="noreferrer">{safe(link)}</a></li>' for link in links)
    frame = ""
    if mail["html"]:
        source = safe(f'<base target="_blank">{mail["html"]}')
        frame = (
            f'<iframe title="HTML version" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="{source}">'
            "</iframe>"
        )
    fields = "".join(f"<tr><th>{safe(name)}</th><td>{safe(value)}</td></tr>" for name, value in mail["headers"].items())
    attached = ", ".join(map(safe, mail.get("attachments", [])))
    return (
        f"<article><h2>{safe(mail['subject']) or '(no subject)'}</h2>"
        f'<p class="about">to <b>{safe(", ".join(mail["to"]))}</b> from {safe(mail["from"])} at {safe(mail["at"])}</p>'
        + (f"<table>{fields}</table>" if fields else "")
        + f"<ul>{found}</ul><details><summary>Plain text</summary><pre>{safe(mail['text'])}</pre></details>{frame}"
        + (f"<p>Attached: {attached}</p>" if attached else "")
        + "".join(
            f'<form method="post" action="/_local/mail/{safe(mail["id"])}/{kind}"><button>{label}</button></form>'
            for kind, label in KINDS.items()
        )
        + "</article>"
    )

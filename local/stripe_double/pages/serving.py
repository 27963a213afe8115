"""Answers page requests: which page, with which status and headers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local.stripe_double import control
from local.stripe_double.cards import CARDS
from local.stripe_double.currencies import readable
from local.stripe_double.errors import CardDeclined, StripeError
from local.stripe_double.expanding import session_lines
from local.stripe_double.faults import API_KINDS, WEBHOOK_KINDS
from local.stripe_double.forms import decode
from local.stripe_double.store import Json

from .card_form import CardForm, read_card_form

if TYPE_CHECKING:
    from jinja2 import Environment

    from local.stripe_double.double import StripeDouble

Answer = tuple[int, dict[str, str], bytes]
_HERE = Path(__file__).parent
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'{goal}; base-uri 'none'; frame-ancestors 'none'"


class PayPages:
    """The pages of one double."""

    def __init__(self, double: StripeDouble) -> None:
        self._double = double
        self._base = urlsplit(double.settings.public_url).path
        self._templates = _environment()

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """The page at this path, or a page that says there is none."""
        head, _, key = path.lstrip("/").partition("/")
        if head == "pay" and key:
            return self._pay(method, key, body)
        if method != "GET":
            return self._page(405, "message.html", title="Not allowed", text="This page can only be read.")
        if path == "/double.css":
            sheet = (_HERE / "double.css").read_bytes()
            return (
                200,
                {"content-type": "text/css; charset=utf-8", "cache-control": "no-cache"},
                sheet,
            )
        if head == "receipts" and key:
            return self._receipt(key)
        if path == "/":
            return self._control()
        return self._missing("page")

    def _pay(self, method: str, key: str, body: bytes) -> Answer:
        session = self._session(key)
        if session is None:
            return self._missing("checkout session")
        if session["status"] == "complete" and method == "POST":
            return self._redirect(self._double.pay(key).location or "")
        if session["status"] != "open":
            return self._closed(session)
        if method == "GET":
            return self._form(session, CardForm(email=_known(session, "email"), name=_known(session, "name")))
        if method == "POST":
            return self._submit(session, body)
        return self._page(405, "message.html", title="Not allowed", text="This page takes GET and POST.")

    def _submit(self, session: Json, body: bytes) -> Answer:
        try:
            fields = decode(body.decode("utf-8", "replace"))
        except StripeError:
            fields = {}
        if session["customer_email"] and isinstance(fields, dict):
            fields["email"] = session["customer_email"]
        with self._double.work() as work:
            now = work.at
        form = read_card_form(fields, now=now)
        if form.errors:
            return self._form(session, form, status=422)
        try:
            outcome = self._double.pay(
                session["id"],
                form.card,
                email=form.email,
                name=form.name,
                expiry=form.month_and_year,
            )
        except StripeError:  # its time was over between showing and sending
            return self._closed(self._session(session["id"]) or session)
        if outcome.declined is not None:
            return self._form(session, form, status=402, declined=outcome.declined)
        return self._redirect(outcome.location or "")

    def _session(self, key: str) -> Json | None:
        with self._double.timely() as work:
            return work.tx.get("checkout.session", key)

    def _form(
        self,
        session: Json,
        form: CardForm,
        *,
        status: int = 200,
        declined: CardDeclined | None = None,
    ) -> Answer:
        with self._double.work() as work:
            lines = session_lines(work, session["id"])["data"]
        return self._page(
            status,
            "pay.html",
            goals=(session["success_url"],),
            session=session,
            lines=lines,
            form=form,
            cards=CARDS,
            declined=declined,
        )

    def _closed(self, session: Json) -> Answer:
        return self._page(200, "closed.html", session=session)

    def _receipt(self, key: str) -> Answer:
        with self._double.work() as work:
            charge = work.tx.get("charge", key)
        if charge is None or not charge["paid"]:
            return self._missing("receipt")
        return self._page(200, "receipt.html", charge=charge)

    def _control(self) -> Answer:
        return self._page(
            200,
            "control.html",
            state=control.state(self._double),
            webhook_kinds=WEBHOOK_KINDS,
            api_kinds=API_KINDS,
            webhook_url=self._double.settings.webhook_url,
        )

    def _missing(self, noun: str) -> Answer:
        return self._page(404, "message.html", title="Not found", text=f"There is no such {noun}.")

    def _redirect(self, location: str) -> Answer:
        return 303, {"location": location, "cache-control": "no-store"}, b""

    def _page(self, status: int, template: str, *, goals: tuple[str, ...] = (), **shown: Any) -> Answer:
        html = self._templates.get_template(template).render(base=self._base, **shown)
        goal = "".join(f" {_origin(each)}" for each in goals)
        headers = {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": _POLICY.format(goal=goal),
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        }
        return status, headers, html.encode()


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["money"] = readable
    made.filters["moment"] = _moment
    return made


def _origin(address: str) -> str:
    """Scheme and host for form-action: browsers check the redirect after a form as well."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".replace(";", "").replace(",", "")


def _known(session: Json, name: str) -> str:
    details = session["customer_details"] or {}
    return details.get(name) or ""


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")

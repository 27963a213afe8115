"""The pay page of a checkout session: the buyer chooses a test card or IBAN and pays, or sees why it was declined."""

from __future__ import annotations

from local.stripe_double.api.errors import StripeError
from local.stripe_double.api.expanding import session_lines
from local.stripe_double.api.forms import decode
from local.stripe_double.api.store import Json
from local.stripe_double.api.work import Work
from local.stripe_double.double import StripeDouble
from local.stripe_double.payments.banks import BANKS
from local.stripe_double.payments.cards import CARDS

from .card_form import CardForm, read_card_form
from .rendering import Answer, Renderer


class PayPage:
    """Shows the form and handles its answer."""

    def __init__(self, double: StripeDouble, renderer: Renderer) -> None:
        self._double = double
        self._renderer = renderer

    def answer(self, method: str, key: str, body: bytes) -> Answer:
        """Shows the form of an open session on GET, pays it on POST. A closed session says why it is closed."""
        session = self._session(key)
        if session is None:
            return self._renderer.missing("checkout session")
        if session["status"] == "complete" and method == "POST":
            return self._renderer.redirect(self._double.pay(key).location or "")
        if session["status"] != "open":
            return self._closed(session)
        if method == "GET":
            form = CardForm(email=_known(session, "email"), name=_known(session, "name"))
            return self._form(session, form, error=self._last_error(session))
        return self._submit(session, body) if method == "POST" else self._renderer.not_allowed()

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
        except StripeError as refused:
            return self._refused(session["id"], form, refused)
        if outcome.declined is not None:
            return self._form(session, form, status=402, error=outcome.declined.as_object())
        return self._renderer.redirect(outcome.location or "")

    def _refused(self, key: str, form: CardForm, refused: StripeError) -> Answer:
        """Answers when the session expired since the form was shown, or does not accept this payment method."""
        session = self._session(key)
        if session is None:
            return self._renderer.missing("checkout session")
        if session["status"] != "open":
            return self._closed(session)
        return self._form(session, form, status=422, error=refused.as_object())

    def _session(self, key: str) -> Json | None:
        with self._double.timely() as work:
            return _home(work, key).tx.get("checkout.session", key)

    def _last_error(self, session: Json) -> Json | None:
        """Returns why the last attempt did not pay. Buyers come back here from their bank's page."""
        if session["payment_intent"] is None:
            return None
        with self._double.work() as work:
            intent = _home(work, session["id"]).get("payment_intent", session["payment_intent"])
        error: Json | None = intent["last_payment_error"]
        return error

    def _form(self, session: Json, form: CardForm, *, status: int = 200, error: Json | None = None) -> Answer:
        with self._double.work() as work:
            lines = session_lines(_home(work, session["id"]), session["id"])["data"]
        kinds = session["payment_method_types"]
        return self._renderer.page(
            status,
            "pay.html",
            goals=(session["success_url"],),
            session=session,
            lines=lines,
            form=form,
            cards=CARDS if "card" in kinds else (),
            banks=BANKS if "sepa_debit" in kinds else (),
            declined=error,
        )

    def _closed(self, session: Json) -> Answer:
        return self._renderer.page(200, "closed.html", session=session)


def _home(work: Work, key: str) -> Work:
    return work.home_of("checkout.session", key) or work


def _known(session: Json, name: str) -> str:
    details = session["customer_details"] or {}
    return details.get(name) or ""

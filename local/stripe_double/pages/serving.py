"""Finds the page for a path."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

from local.stripe_double.control.overview import overview
from local.stripe_double.double import StripeDouble
from local.stripe_double.payments.banks import BANKS
from local.stripe_double.payments.cards import CARDS
from local.stripe_double.webhooks.faults import API_KINDS, WEBHOOK_KINDS

from .bank_page import BankPage
from .onboarding_page import OnboardingPage
from .pay_page import PayPage
from .rendering import Answer, Renderer


class FormPage(Protocol):
    """A page with a form for the object whose id is in the path."""

    def answer(self, method: str, key: str, body: bytes) -> Answer:
        """Shows the form on GET, handles it on POST."""


class Pages:
    """The pages of one double."""

    def __init__(self, double: StripeDouble) -> None:
        self._double = double
        self._renderer = Renderer(urlsplit(double.settings.public_url).path)
        self._forms: dict[str, FormPage] = {
            "pay": PayPage(double, self._renderer),
            "authenticate": BankPage(double, self._renderer),
            "onboard": OnboardingPage(double, self._renderer),
        }

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Returns the page at this path, or a page that says there is none."""
        head, _, key = path.lstrip("/").partition("/")
        if head in self._forms and key:
            return self._forms[head].answer(method, key, body)
        if method != "GET":
            return self._renderer.not_allowed()
        if path == "/double.css":
            return self._renderer.style_sheet()
        if head == "receipts" and key:
            return self._receipt(key)
        return self._control() if path == "/" else self._renderer.missing("page")

    def refuse(self, why: str) -> Answer:
        """Returns the page for a malformed order from a form of the control page."""
        return self._renderer.message(422, "Not done", why, back=f"{self._renderer.base}/")

    def _receipt(self, key: str) -> Answer:
        with self._double.work() as work:
            home = work.home_of("charge", key)
            charge = home.get("charge", key) if home else None
        if charge is None or not charge["paid"]:
            return self._renderer.missing("receipt")
        return self._renderer.page(200, "receipt.html", charge=charge)

    def _control(self) -> Answer:
        return self._renderer.page(
            200,
            "control.html",
            state=overview(self._double),
            webhook_kinds=WEBHOOK_KINDS,
            api_kinds=API_KINDS,
            webhook_url=self._double.settings.webhook_url,
            cards=CARDS,
            banks=BANKS,
        )

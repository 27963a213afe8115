"""Onboarding of a connected account: the page of an account link, which works once."""

from __future__ import annotations

from local.stripe_double.api.errors import StripeError
from local.stripe_double.api.forms import decode
from local.stripe_double.api.work import Work
from local.stripe_double.connect.accounts import finish_onboarding, leave_onboarding, use_link
from local.stripe_double.double import StripeDouble

from .rendering import Answer, Renderer

_LONGEST = 100


class OnboardingPage:
    """Shows the form and handles its answer."""

    def __init__(self, double: StripeDouble, renderer: Renderer) -> None:
        self._double = double
        self._renderer = renderer

    def answer(self, method: str, key: str, body: bytes) -> Answer:
        """Shows the form on GET. Completes or leaves the onboarding on POST, and leads back to the platform."""
        if method not in ("GET", "POST"):
            return self._renderer.not_allowed()
        try:
            with self._double.timely() as work:
                link, name = use_link(work, key)
                if method == "GET":
                    return self._renderer.page(200, "onboard.html", goals=(link["return_url"],), link=link, name=name)
                self._finish(work, key, body)
        except StripeError as refused:
            text = f"{refused.message} Go back to the platform for a new one."
            return self._renderer.message(410, "Link not valid", text, back=self._refresh_url(key))
        return self._renderer.redirect(link["return_url"])

    def _finish(self, work: Work, key: str, body: bytes) -> None:
        fields = decode(body.decode("utf-8", "replace"))
        name = fields.get("name", "")
        if fields.get("done") == "no":
            leave_onboarding(work, key)
        else:
            finish_onboarding(work, key, name=name.strip()[:_LONGEST] if isinstance(name, str) else "")

    def _refresh_url(self, key: str) -> str | None:
        with self._double.work() as work:
            link = work.tx.get("account_link", key)
        return link["refresh_url"] if link else None

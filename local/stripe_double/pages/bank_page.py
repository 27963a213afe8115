"""3-D Secure: the page of the buyer's bank, with a button to complete and one to fail.

It leads to the shop when paid, else back to the pay page. An intent without a session leads to its return_url.
"""

from __future__ import annotations

from urllib.parse import urlencode

from local.stripe_double.api.errors import StripeError
from local.stripe_double.api.forms import decode
from local.stripe_double.api.store import Json
from local.stripe_double.double import StripeDouble
from local.stripe_double.payments.payments import session_of_intent

from .rendering import Answer, Renderer


class BankPage:
    """Shows the challenge and handles its buttons."""

    def __init__(self, double: StripeDouble, renderer: Renderer) -> None:
        self._double = double
        self._renderer = renderer

    def answer(self, method: str, key: str, body: bytes) -> Answer:
        """Shows the challenge of an intent on GET, answers it on POST."""
        if method not in ("GET", "POST"):
            return self._renderer.not_allowed()
        found = self._found(key)
        if found is None:
            return self._renderer.missing("payment")
        intent, session = found
        if intent["status"] != "requires_action":
            return self._over(intent, session)
        return self._show(intent, session) if method == "GET" else self._decide(intent, session, body)

    def _show(self, intent: Json, session: Json | None) -> Answer:
        goal = session["success_url"] if session else intent["next_action"]["redirect_to_url"]["return_url"]
        return self._renderer.page(200, "authenticate.html", intent=intent, goals=(goal,) if goal else ())

    def _decide(self, intent: Json, session: Json | None, body: bytes) -> Answer:
        try:
            told = decode(body.decode("utf-8", "replace")).get("outcome")
        except StripeError:
            told = None
        if told not in ("succeeded", "failed"):
            return self._renderer.message(422, "Nothing chosen", "Complete or fail the authentication.")
        back = intent["next_action"]["redirect_to_url"]["return_url"]
        try:
            outcome = self._double.authenticate(intent["id"], passed=told == "succeeded")
        except StripeError:  # answered elsewhere, or expired since the page was shown
            return self._over(*(self._found(intent["id"]) or (intent, session)))
        if session is not None:
            return self._renderer.redirect(outcome.location or f"{self._renderer.base}/pay/{session['id']}")
        if back is None:
            return self._over(*(self._found(intent["id"]) or (intent, session)))
        status = "succeeded" if outcome.paid else "failed"
        query = urlencode({"payment_intent": intent["id"], "redirect_status": status})
        return self._renderer.redirect(f"{back}{'&' if '?' in back else '?'}{query}")

    def _over(self, intent: Json, session: Json | None) -> Answer:
        if session is not None:
            return self._renderer.redirect(f"{self._renderer.base}/pay/{session['id']}")
        text = f"The payment's status is {intent['status']}: there is nothing to authenticate."
        return self._renderer.message(200, "Authentication is over", text)

    def _found(self, key: str) -> tuple[Json, Json | None] | None:
        with self._double.timely() as work:
            home = work.home_of("payment_intent", key)
            return None if home is None else (home.get("payment_intent", key), session_of_intent(home, key))

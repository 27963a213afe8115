"""Reads payments from Stripe as they are now. Used by stripe.py, which handles the errors that are raised here.

A new payment takes one request: its session contains the charge. A payment with refunds or disputes takes more, since a
session does not contain all of them.
"""

from typing import Any

from chalicelib.orders.domain.charge import Payment
from chalicelib.payments.adapters.stripe_objects import (
    CHARGE_PARTS,
    FEE_REFUND,
    FEE_REFUNDS,
    REFUND_PARTS,
    Json,
    charge_to_look_at,
    payment_of_charge,
    payment_of_session,
    refunds_of,
)

PAGE = 100
"""Entries of one request of a list: Stripe's maximum (docs.stripe.com/api/pagination)."""
_IN_SESSION = ["payment_intent.latest_charge.balance_transaction", "payment_intent.latest_charge.refunds"]


class StripeLooks:
    """Reads with Stripe's client. Every method raises stripe.StripeError."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def read_payment(self, object_id: str, account: str | None) -> Payment | None:
        """Returns the payment of a checkout session, payment intent or charge; None when there is no charge."""
        if object_id.startswith("cs_"):
            session = self.session(object_id, account, expand=_IN_SESSION)
            charge, disputes = self._charge_in(session, account)
            return payment_of_session(session, charge=charge, disputes=disputes, account=account)
        if object_id.startswith("pi_"):
            intent = self._client.v1.payment_intents.retrieve(object_id, {}, options(account)).to_dict()
            object_id = charge_to_look_at(intent) or ""
        charge, disputes = self.charge(object_id or None, account)
        return payment_of_charge(charge, disputes=disputes, account=account) if charge else None

    def list_payments(self, *, since: int, until: int, pages: int, account: str | None) -> list[Payment]:
        """Returns the payments of charges made between two moments (Unix seconds), newest first, from at most `pages`
        requests. Charges with refunds or disputes are left out: a list does not contain all of these.
        """
        found: list[Payment] = []
        filters: Any = {"created": {"gte": since, "lte": until}, "limit": PAGE}
        filters["expand"] = [f"data.{part}" for part in CHARGE_PARTS]
        for _ in range(pages):
            listed = [one.to_dict() for one in self._client.v1.charges.list(filters, options(account)).data]
            found += [payment_of_charge(one, disputes=[], account=account) for one in listed if _is_plain(one)]
            if len(listed) < PAGE:
                break
            filters["starting_after"] = listed[-1]["id"]
        return found

    def session(self, session_id: str, account: str | None, *, expand: list[str]) -> Json:
        """Returns a checkout session with these parts expanded."""
        session = self._client.v1.checkout.sessions.retrieve(session_id, {"expand": expand}, options(account))
        return dict(session.to_dict())

    def charge(self, charge_id: str | None, account: str | None) -> tuple[Json | None, list[Json]]:
        """Returns a charge with its refunds, and its disputes."""
        if charge_id is None:
            return None, []
        charge = self._client.v1.charges.retrieve(charge_id, {"expand": CHARGE_PARTS}, options(account)).to_dict()
        if (charge.get("refunds") or {}).get("has_more"):
            charge["refunds"] = {"data": self._refunds(charge_id, account)}
        if account and charge.get("application_fee") and refunds_of(charge):
            charge[FEE_REFUNDS] = self._fee_refunds(charge, account)
        if not charge.get("disputed"):
            return charge, []
        disputes = self._client.v1.disputes.list({"charge": charge_id, "limit": PAGE}, options(account))
        return charge, [dispute.to_dict() for dispute in disputes.data]

    def _charge_in(self, session: Json, account: str | None) -> tuple[Json | None, list[Json]]:
        """Returns the charge of a session, and its disputes. Reads them only when the session does not contain all."""
        intent = session.get("payment_intent")
        shown = intent.get("latest_charge") if isinstance(intent, dict) else None
        if isinstance(shown, dict) and _is_plain(shown):
            return shown, []
        return self.charge(charge_to_look_at(intent), account)

    def _fee_refunds(self, charge: Json, account: str) -> list[Json]:
        """Returns the refunds of the platform's fee of a charge: balance transactions whose source is the fee
        (github.com/stripe/stripe-dotnet/issues/2021), or the charge.
        """
        for source in (charge["application_fee"], charge["id"]):
            filters: Any = {"type": FEE_REFUND, "source": source, "limit": PAGE}
            found = self._client.v1.balance_transactions.list(filters, options(account)).auto_paging_iter()
            if shown := [entry.to_dict() for entry in found]:
                return shown
        return []

    def _refunds(self, charge_id: str, account: str | None) -> list[Json]:
        """Returns all refunds of a charge. The charge itself contains only ten."""
        parts: Any = {"charge": charge_id, "limit": PAGE, "expand": REFUND_PARTS}
        listed = self._client.v1.refunds.list(parts, options(account))
        return [refund.to_dict() for refund in listed.auto_paging_iter()]


def options(account: str | None, **more: Any) -> Any:
    """Returns the options of a call for a connected account (docs.stripe.com/connect/authentication)."""
    return {**more, "stripe_account": account} if account else more


def _is_plain(charge: Json) -> bool:
    """Returns whether a charge has no refund, not even a failed one, and no dispute."""
    return not charge.get("disputed") and not charge.get("amount_refunded") and not refunds_of(charge)

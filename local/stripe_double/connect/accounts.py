"""Connected accounts: create, retrieve, onboarding links, deauthorisation (https://docs.stripe.com/api/accounts).

Standard accounts only. For the platform, an account that has disconnected does not exist any more. Called by the route
table, the onboarding page and the control.
"""

from __future__ import annotations

from typing import Any

from local.stripe_double.api.errors import StripeError, account_refused, parameter_invalid
from local.stripe_double.api.listing import CREATED, PAGE, page
from local.stripe_double.api.parameters import choice, email, list_of, metadata, shape, text, url
from local.stripe_double.api.store import Json
from local.stripe_double.api.words import words
from local.stripe_double.api.work import Work
from local.stripe_double.objects.account_objects import account_of

from .application_fees import APPLICATION

CREATE = shape(
    {
        "business_profile": shape({"name": text(), "url": url}),
        "business_type": choice("company", "government_entity", "individual", "non_profit"),
        "country": text(longest=2),
        "default_currency": text(longest=3),
        "email": email,
        "expand": list_of(text()),
        "metadata": metadata,
        "type": choice("standard"),
    },
    beyond=frozenset(
        words(
            "account_token bank_account capabilities company controller documents external_account groups individual "
            "settings tos_acceptance"
        )
    ),
)
LIST = shape({**PAGE, **CREATED, "expand": list_of(text())})
LINK = shape(
    {
        "account": text(),
        "collect": choice("currently_due", "eventually_due"),
        "expand": list_of(text()),
        "refresh_url": url,
        "return_url": url,
        "type": choice("account_onboarding", "account_update"),
    },
    required=("account", "refresh_url", "return_url", "type"),
    beyond=frozenset({"collection_options"}),
)
_LINK_LIVES = 300
"""Seconds that an onboarding link is valid."""


def create_account(work: Work, params: dict[str, Any]) -> Json:
    """Creates a standard account that cannot take payments until it is onboarded."""
    account = account_of(work.new_id("acct_1"), now=work.now, country=params.get("country", "US").upper())
    account.update({name: params[name] for name in ("business_type", "email") if name in params})
    account["business_profile"].update(params.get("business_profile", {}))
    account["metadata"] = params.get("metadata", {})
    if "default_currency" in params:
        account["default_currency"] = params["default_currency"].lower()
    return work.put(account)


def find_account(work: Work, _params: dict[str, Any], key: str) -> Json:
    """Returns the account. Raises Stripe's 403 for one that is unknown or not connected any more."""
    return connected(work, key)


def list_accounts(work: Work, params: dict[str, Any]) -> Json:
    """Returns the connected accounts, newest first."""
    return page(work, "account", params, "/v1/accounts", keep=lambda row: _is_connected(work, row["id"]))


def create_link(work: Work, params: dict[str, Any]) -> Json:
    """Creates a link to the onboarding page. It works once and for five minutes."""
    account = work.tx.get("account", params["account"])
    if account is None or not _is_connected(work, params["account"]):
        message = f"No such account: '{params['account']}'"
        raise parameter_invalid("account", message, code="resource_missing")
    key = work.new_id("acl_")
    expires_at = work.now + _LINK_LIVES
    kept = {name: params[name] for name in ("account", "refresh_url", "return_url")}
    work.tx.put("account_link", key, {"id": key, **kept, "expires_at": expires_at, "used": False})
    return {
        "object": "account_link",
        "created": work.now,
        "expires_at": expires_at,
        "url": f"{work.settings.public_url}/onboard/{key}",
    }


def use_link(work: Work, key: str) -> tuple[Json, str]:
    """Returns the stored link and the account's name. Raises StripeError when the link is unknown, used or expired."""
    link = work.tx.get("account_link", key)
    if link is None or link["used"] or link["expires_at"] <= work.at or not _is_connected(work, link["account"]):
        raise StripeError("This link is not valid any more.", code="account_link_expired")
    return link, str(work.get("account", link["account"])["business_profile"]["name"] or "")


def finish_onboarding(work: Work, key: str, *, name: str) -> Json:
    """Enables the account and uses up the link. Emits account.updated with the previous values."""
    link = leave_onboarding(work, key)
    return enable_account(work, link["account"], name=name)


def leave_onboarding(work: Work, key: str) -> Json:
    """Uses up the link. The account stays as it is."""
    link, _ = use_link(work, key)
    link["used"] = True
    work.tx.put("account_link", key, link)
    return link


def enable_account(work: Work, key: str, *, name: str) -> Json:
    """Completes the account, so that it can take payments. Emits account.updated when that changes it."""
    account = connected(work, key)
    if account["charges_enabled"]:
        return account
    before = {
        "charges_enabled": False,
        "details_submitted": account["details_submitted"],
        "payouts_enabled": False,
        "requirements": account["requirements"],
    }
    none: Json = {**account["requirements"], "currently_due": [], "disabled_reason": None, "eventually_due": []}
    account.update(charges_enabled=True, details_submitted=True, payouts_enabled=True, requirements=none)
    account["business_profile"]["name"] = name or account["business_profile"]["name"] or "Test Organiser"
    work.put(account)
    work.within(key).emit("account.updated", account, previous=before, by_itself=True)
    return account


def disconnect_account(work: Work, key: str) -> Json:
    """Removes the platform's access, as the account's owner can. Emits account.application.deauthorized."""
    account = connected(work, key)
    application = {"id": APPLICATION, "object": "application", "name": "Marquee (TEST DOUBLE)"}
    work.within(key).emit("account.application.deauthorized", application, by_itself=True)
    work.tx.put("account_access", key, {"id": key, "connected": False})
    return account


def connected(work: Work, key: str) -> Json:
    """Returns the account of a Stripe-Account header, or raises Stripe's 403."""
    account = work.tx.get("account", key)
    if account is None or not _is_connected(work, key):
        raise account_refused(key)
    return account


def check_charges(work: Work) -> None:
    """Refuses payments in an account that is not onboarded."""
    if work.account is not None and not work.get("account", work.account)["charges_enabled"]:
        raise StripeError(
            "Your account cannot currently make charges. In order to use Checkout, the account has to complete its "
            "onboarding.",
            code="account_invalid",
        )


def _is_connected(work: Work, key: str) -> bool:
    return work.tx.get("account_access", key) is None

"""Base shape of a connected account, with every field that Stripe always sends for a standard one."""

from __future__ import annotations

from local.stripe_double.api.store import Json
from local.stripe_double.api.words import words

_NEEDED = words(
    "business_profile.product_description business_profile.support_phone business_profile.url external_account "
    "tos_acceptance.date tos_acceptance.ip"
)
_CURRENCIES = {"US": "usd", "GB": "gbp", "JP": "jpy", "CH": "chf"}


def account_of(key: str, *, now: int, country: str) -> Json:
    """Returns a standard account before its onboarding."""
    return {
        "id": key,
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": None,
            "minority_owned_business_designation": None,
            "name": None,
            "product_description": None,
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "controller": {"is_controller": True, "type": "application"},
        "country": country,
        "created": now,
        "default_currency": _CURRENCIES.get(country, "eur"),
        "details_submitted": False,
        "email": None,
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/accounts/{key}/external_accounts",
        },
        "future_requirements": _requirements(()),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": {**_requirements(_NEEDED), "disabled_reason": "requirements.past_due"},
        "settings": _settings(),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "standard",
    }


def _requirements(needed: tuple[str, ...]) -> Json:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(needed),
        "disabled_reason": None,
        "errors": [],
        "eventually_due": list(needed),
        "past_due": [],
        "pending_verification": [],
    }


def _settings() -> Json:
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False},
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
        "payments": dict.fromkeys(("statement_descriptor", "statement_descriptor_kana", "statement_descriptor_kanji")),
        "payouts": {
            "debit_negative_balances": True,
            "schedule": {"delay_days": 7, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }

"""Customers: create, retrieve, update, list (https://docs.stripe.com/api/customers).

Paying a session creates one. Only tests use the API calls.
"""

from __future__ import annotations

from typing import Any

from local.stripe_double.api.listing import CREATED, PAGE, page
from local.stripe_double.api.parameters import email, list_of, metadata, shape, text
from local.stripe_double.api.store import Json
from local.stripe_double.api.words import words
from local.stripe_double.api.work import Work
from local.stripe_double.objects.money_objects import customer_of

_FIELDS = {
    "description": text(),
    "email": email,
    "name": text(longest=256),
    "phone": text(longest=20),
    "preferred_locales": list_of(text()),
}
_BEYOND = frozenset(
    words(
        "address balance business_name cash_balance default_source individual_name invoice_prefix "
        "invoice_settings next_invoice_sequence payment_method shipping source tax tax_exempt tax_id_data "
        "test_clock"
    )
)
WRITE = shape({**_FIELDS, "metadata": metadata, "expand": list_of(text())}, beyond=_BEYOND)
LIST = shape({**PAGE, **CREATED, "email": email, "expand": list_of(text())})


def create_customer(work: Work, params: dict[str, Any]) -> Json:
    """Creates a customer. Emits customer.created."""
    customer = customer_of(work.new_id("cus_"), now=work.now)
    customer.update({name: params[name] for name in _FIELDS if name in params})
    customer["metadata"] = params.get("metadata", {})
    work.put(customer)
    work.emit("customer.created", customer)
    return customer


def update_customer(work: Work, params: dict[str, Any], key: str) -> Json:
    """Changes fields and merges metadata. Emits customer.updated with the previous values."""
    customer = work.get("customer", key)
    changed = {name: params[name] for name in _FIELDS if params.get(name, customer[name]) != customer[name]}
    merged = {**customer["metadata"], **params.get("metadata", {})}
    if merged != customer["metadata"]:
        changed["metadata"] = merged
    before = {name: customer[name] for name in changed}
    customer.update(changed)
    work.put(customer)
    if changed:
        work.emit("customer.updated", customer, previous=before)
    return customer


def list_customers(work: Work, params: dict[str, Any]) -> Json:
    """Returns customers, newest first. `email` selects one address (exact, case-sensitive, as at Stripe)."""
    address = params.get("email")

    def keep(row: Json) -> bool:
        return address is None or row["email"] == address

    return page(work, "customer", params, "/v1/customers", keep=keep)

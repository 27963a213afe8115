"""Products and one-time prices (https://docs.stripe.com/api/products, https://docs.stripe.com/api/prices).

Marquee sends its prices with each session and does not call these. Stripe's CLI does for its triggers.
"""

from __future__ import annotations

from typing import Any

from local.stripe_double.api.parameters import boolean, choice, integer, list_of, metadata, shape, text, url
from local.stripe_double.api.store import Json
from local.stripe_double.api.words import words
from local.stripe_double.api.work import Work
from local.stripe_double.objects.objects import price_of

from .currencies import check_unit, read_currency

CREATE_PRODUCT = shape(
    {
        "active": boolean,
        "description": text(longest=40000),
        "expand": list_of(text()),
        "images": list_of(url, longest=8),
        "metadata": metadata,
        "name": text(),
        "url": url,
    },
    required=("name",),
    beyond=frozenset(
        words(
            "default_price_data id marketing_features package_dimensions shippable statement_descriptor tax_code "
            "unit_label"
        )
    ),
)
CREATE_PRICE = shape(
    {
        "active": boolean,
        "currency": read_currency,
        "expand": list_of(text()),
        "metadata": metadata,
        "nickname": text(),
        "product": text(),
        "tax_behavior": choice("exclusive", "inclusive", "unspecified"),
        "unit_amount": integer(),
    },
    required=("currency", "product", "unit_amount"),
    beyond=frozenset(
        words(
            "billing_scheme currency_options custom_unit_amount lookup_key product_data recurring tiers tiers_mode "
            "transfer_lookup_key transform_quantity unit_amount_decimal"
        )
    ),
)


def create_product(work: Work, params: dict[str, Any]) -> Json:
    """Creates a product. Emits product.created."""
    product = {
        "id": work.new_id("prod_"),
        "object": "product",
        "active": params.get("active", True),
        "created": work.now,
        "default_price": None,
        "description": params.get("description"),
        "images": params.get("images", []),
        "livemode": False,
        "marketing_features": [],
        "metadata": params.get("metadata", {}),
        "name": params["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "unit_label": None,
        "updated": work.now,
        "url": params.get("url"),
    }
    work.put(product)
    work.emit("product.created", product)
    return product


def create_price(work: Work, params: dict[str, Any]) -> Json:
    """Creates a one-time price of a product. Emits price.created."""
    product = work.get("product", params["product"], param="product")
    check_unit(params["unit_amount"], params["currency"], "unit_amount")
    price = price_of(
        work.new_id("price_1"),
        now=work.now,
        currency=params["currency"],
        unit_amount=params["unit_amount"],
        product=product["id"],
    )
    price.update(
        active=params.get("active", True),
        metadata=params.get("metadata", {}),
        nickname=params.get("nickname"),
        tax_behavior=params.get("tax_behavior", "unspecified"),
    )
    work.put(price)
    work.emit("price.created", price)
    return price

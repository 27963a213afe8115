"""The parameters of the checkout session endpoints, and those of Stripe's that the double lacks (`beyond`).

Used by sessions.py and the route table in routes.py.
"""

from __future__ import annotations

from local.stripe_double.api.listing import CREATED, PAGE
from local.stripe_double.api.parameters import choice, email, integer, list_of, metadata, only_false, shape, text, url
from local.stripe_double.api.words import words

from .currencies import read_currency

_PRICE_DATA = shape(
    {
        "currency": read_currency,
        "unit_amount": integer(),
        "tax_behavior": choice("exclusive", "inclusive", "unspecified"),
        "product_data": shape(
            {
                "name": text(),
                "description": text(longest=40000),
                "images": list_of(url, longest=8),
                "metadata": metadata,
            },
            required=("name",),
            beyond=frozenset({"tax_code", "unit_label"}),
        ),
    },
    required=("currency", "product_data", "unit_amount"),
    beyond=frozenset({"product", "recurring", "unit_amount_decimal"}),
)
_LINE_ITEM = shape(
    {
        "price": text(),
        "price_data": _PRICE_DATA,
        "quantity": integer(minimum=1, maximum=999_999),
        "metadata": metadata,
    },
    required=("quantity",),
    beyond=frozenset({"adjustable_quantity", "dynamic_tax_rates", "tax_rates"}),
)
METHOD_TYPES = words(
    "acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact billie bizum blik "
    "boleto card cashapp crypto customer_balance eps fpx giropay grabpay ideal kakao_pay klarna konbini kr_card mb_way "
    "mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal payto pix promptpay "
    "revolut_pay samsung_pay satispay scalapay sepa_debit sofort sunbit swish twint upi us_bank_account wechat_pay zip"
)
"""Types that can be excluded, as in Stripe's OpenAPI. The double itself offers cards and SEPA debits."""
_ADDRESS = shape({name: text() for name in words("city country line1 line2 postal_code state")})
SHIPPING = shape(
    {"address": _ADDRESS, "carrier": text(), "name": text(), "phone": text(), "tracking_number": text()},
    required=("address", "name"),
)
_INTENT_DATA = shape(
    {
        "application_fee_amount": integer(),
        "capture_method": choice("automatic", "automatic_async", "manual"),
        "description": text(longest=1000),
        "metadata": metadata,
        "receipt_email": email,
        "setup_future_usage": choice("off_session", "on_session"),
        "shipping": SHIPPING,
        "statement_descriptor": text(longest=22),
        "statement_descriptor_suffix": text(longest=22),
    },
    beyond=frozenset(words("on_behalf_of transfer_data transfer_group")),
)
ECHOED = {
    "billing_address_collection": choice("auto", "required"),
    "client_reference_id": text(longest=200),
    "locale": text(longest=10),
    "submit_type": choice("auto", "book", "donate", "pay"),
}
CREATE = shape(
    {
        **ECHOED,
        "allow_promotion_codes": only_false,
        "automatic_tax": shape({"enabled": only_false}),
        "cancel_url": url,
        "currency": read_currency,
        "customer": text(),
        "customer_creation": choice("always", "if_required"),
        "customer_email": email,
        "excluded_payment_method_types": list_of(choice(*METHOD_TYPES)),
        "expand": list_of(text()),
        "expires_at": integer(maximum=10**12),
        "line_items": list_of(_LINE_ITEM),
        "metadata": metadata,
        "mode": choice("payment"),
        "payment_intent_data": _INTENT_DATA,
        "payment_method_types": list_of(choice("card", "sepa_debit")),
        "phone_number_collection": shape({"enabled": only_false}),
        "success_url": url,
        "ui_mode": choice("hosted_page"),
    },
    required=("mode", "line_items", "success_url"),
    beyond=frozenset(
        words(
            "adaptive_pricing after_expiration branding_settings consent_collection custom_fields custom_text "
            "customer_account customer_update discounts integration_identifier "
            "invoice_creation managed_payments name_collection optional_items origin_context "
            "payment_method_collection payment_method_configuration payment_method_data "
            "payment_method_options permissions redirect_on_completion return_url "
            "saved_payment_method_options setup_intent_data shipping_address_collection shipping_options "
            "subscription_data tax_id_collection wallet_options"
        )
    ),
)
LIST = shape(
    {
        **PAGE,
        **CREATED,
        "customer": text(),
        "customer_details": shape({"email": email}),
        "expand": list_of(text()),
        "payment_intent": text(),
        "status": choice("open", "complete", "expired"),
    },
    beyond=frozenset({"customer_account", "payment_link", "subscription"}),
)
ONE = shape({"expand": list_of(text())})
LINES = shape({**PAGE, "expand": list_of(text())})

"""Amounts of money as whole minor units and a currency. Exponents from ISO 4217; Stripe's special cases in one table.

Source of the special cases: docs.stripe.com/currencies (zero-decimal and three-decimal currencies, special cases,
minimum and maximum charge amounts). docs/generators/currencies.py writes the part that the browser needs to
web/src/ui/currencies.ts. HUF and TWD need no entry: Stripe itself makes their payouts whole.
"""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.core.text import matching

Currency = Annotated[
    str, matching(r"^[A-Z]{3}\Z", "must be a currency's three capital letters", description="ISO 4217")
]

_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP "
    "GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD "
    "KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP "
    "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND "
    "VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_CODES.split())
"""The active codes of ISO 4217, without funds, metals and test codes."""
_NOT_CHARGED = frozenset(["BTN", "CUP", "ERN", "GHS", "IQD", "IRR", "KPW", "LYD", "MRU"])
_NOT_CHARGED |= {"SDG", "SSP", "STN", "SVC", "SYP", "TMT", "VES", "ZWG"}
"""The currencies in which Stripe takes no payments."""
_ZERO_DECIMALS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_WHOLE = frozenset(["ISK", "UGX"])
"""Have no decimals, but Stripe's API writes them with two: 5 UGX are 500."""
_THREE_DECIMALS = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
# Stripe refuses smaller charges; in minor units. For other currencies Stripe publishes no figure and decides when a
# checkout is opened.
_MINIMUM = {"EUR": 50, "USD": 50, "GBP": 30, "CHF": 50, "JPY": 50, "SGD": 50, "AUD": 50, "CAD": 50, "DKK": 250}
_MINIMUM |= {"SEK": 300, "NOK": 300, "PLN": 200, "HUF": 17500, "CZK": 1500, "HKD": 400, "MXN": 1000, "NZD": 50}
_MINIMUM |= {"AED": 200, "BGN": 100, "BRL": 50, "INR": 50, "MYR": 200, "RON": 200, "THB": 1000}
_MOST_DIGITS = {"IDR": 12}
"""Digits of the largest amount that Stripe takes; eight for all other currencies."""
LARGEST = 10 ** max(_MOST_DIGITS.values()) - 1
"""The largest amount in any currency."""


class Money(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount in minor units of a currency."""

    amount: Annotated[int, Meta(ge=0, le=LARGEST)]
    currency: Currency


def decimals(currency: str) -> int:
    """Returns the number of decimals of the currency."""
    if currency in _ZERO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def step(currency: str) -> int:
    """Returns the minor units of which every amount sent to Stripe (charge, refund, fee) must be a multiple."""
    if decimals(currency) == 3:
        return 10
    return 100 if currency in _WHOLE else 1


def in_steps(amount: int, currency: str) -> int:
    """Returns the largest amount, not above this one, that can be sent to Stripe."""
    return amount - amount % step(currency)


def is_charged(currency: str) -> bool:
    """Whether Stripe takes payments in the currency."""
    return currency not in _NOT_CHARGED


def minimum_charge(currency: str) -> int:
    """Returns Stripe's smallest charge in minor units, or 1 where Stripe publishes none."""
    return _MINIMUM.get(currency, 1)


def maximum_charge(currency: str) -> int:
    """Returns Stripe's largest charge in minor units."""
    return int(10 ** _MOST_DIGITS.get(currency, 8)) - 1


def broken_rule(amount: int, currency: str) -> str | None:
    """Returns why Stripe would refuse an amount of up to LARGEST, in words, or None. The minimum is not checked."""
    if amount % step(currency):
        return f"must be a multiple of {step(currency)} in {currency}"
    most = maximum_charge(currency)
    return f"must be at most {most}, which is {display(most, currency)}" if amount > most else None


def display(amount: int, currency: str) -> str:
    """Returns the amount as text for mails and messages, e.g. `25.00 EUR`. Pages use the reader's locale instead."""
    places = decimals(currency)
    return f"{amount / 10**places:,.{places}f} {currency}"

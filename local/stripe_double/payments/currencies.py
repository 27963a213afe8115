"""Currencies as Stripe counts them: decimals, smallest and largest charge, and the format of amounts.

Written from Stripe's page and not from the product's own table, so that the two check each other
(tests/unit/core/test_money.py). Sources: https://docs.stripe.com/currencies (zero-decimal, three-decimal, special
cases, minimum and maximum charge amounts),
https://support.stripe.com/questions/deprecation-of-fractional-isk-charges-and-refunds.
"""

from __future__ import annotations

from local.stripe_double.api.errors import ParameterError, parameter_invalid
from local.stripe_double.api.words import words

_ZERO = frozenset(words("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"))
_THREE = frozenset(words("bhd jod kwd omr tnd"))
# ISK and UGX have no minor unit any more. Stripe still expects two-decimal amounts that end in 00.
_WHOLE_ONLY = frozenset({"isk", "ugx"})
_TWO = frozenset(
    words("""aed afn all amd aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny
    cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk
    jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio
    nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs
    top try ttd twd tzs uah ugx usd uyu uzs wst xcd xcg yer zar zmw""")
)
_SMALLEST = {
    "aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "kwd": 160, "mxn": 1000, "myr": 200, "nok": 300,
    "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
_SYMBOLS = {"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥", "inr": "₹"}
_DIGITS = {"idr": 12}
"""The largest number of digits of an amount. All other currencies have eight."""


def decimals(currency: str) -> int:
    """Returns the number of digits after the point: JPY 0, EUR 2, KWD 3."""
    if currency in _ZERO:
        return 0
    return 3 if currency in _THREE else 2


def read_currency(raw: object, name: str) -> str:
    """Reads a supported three-letter code. Returns it in lower case."""
    code = raw.lower() if isinstance(raw, str) else ""
    if code not in _ZERO | _TWO | _THREE:
        raise parameter_invalid(
            name,
            f"Invalid currency: {raw}. Stripe currently supports these currencies: "
            + ", ".join(sorted(_ZERO | _TWO | _THREE)),
        )
    return code


def readable(amount: int, currency: str) -> str:
    """Formats an amount in minor units: 2500 eur as €25.00, 2500 jpy as ¥2,500, 12500 kwd as KWD 12.500."""
    places = decimals(currency)
    whole, rest = divmod(abs(amount), 10**places)
    number = f"{whole:,}" + (f".{rest:0{places}d}" if places else "")
    symbol = _SYMBOLS.get(currency, f"{currency.upper()}\N{NO-BREAK SPACE}")
    return f"{'-' if amount < 0 else ''}{symbol}{number}"


def step(currency: str) -> int:
    """Returns the number of minor units that every amount in the currency is a multiple of."""
    return 10 if currency in _THREE else 100 if currency in _WHOLE_ONLY else 1


def largest(currency: str) -> int:
    """Returns the largest charge in minor units."""
    return int(10 ** _DIGITS.get(currency, 8)) - 1


def check_unit(amount: int, currency: str, name: str) -> None:
    """Refuses an amount that the currency cannot have: KWD not ending in 0, ISK not ending in 00."""
    if amount % step(currency) == 0:
        return
    if currency in _WHOLE_ONLY:
        raise parameter_invalid(
            name,
            f"Invalid amount. Currency {currency.upper()} has become effectively zero-decimal and charged amounts must "
            "be evenly divisible by 100. See https://stripe.com/docs/currencies#special-cases for more information.",
            code="invalid_charge_amount_no_decimal_compatible",
        )
    message = f"Invalid amount: {amount}. Amounts in {currency} must be a multiple of {step(currency)}."
    raise parameter_invalid(name, message)


def check_total(amount: int, currency: str) -> None:
    """Refuses a session total below Stripe's minimum or above its maximum for a charge."""
    smallest = _SMALLEST.get(currency, 50)
    if amount < smallest:
        least = readable(smallest, currency)
        raise ParameterError(
            f"The Checkout Session's total amount due must add up to at least {least} {currency}",
            code="amount_too_small",
        )
    if amount > largest(currency):
        most = readable(largest(currency), currency)
        raise ParameterError(
            f"The Checkout Session's total amount must be no more than {most} {currency}",
            code="amount_too_large",
        )

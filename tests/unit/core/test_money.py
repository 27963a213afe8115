"""Money: the table of currencies, compared with Stripe's page as the double has it, and with the browser's table."""

import pytest

from chalicelib.catalog.domain.ticket_type import TicketTypeFields
from chalicelib.core.errors import InvalidInput
from chalicelib.core.money import (
    CURRENCIES,
    broken_rule,
    decimals,
    display,
    in_steps,
    is_charged,
    maximum_charge,
    minimum_charge,
    step,
)
from chalicelib.core.validation import validate
from chalicelib.payments.domain.stripe_account import application_fee
from local.stripe_double.api.errors import StripeError
from local.stripe_double.payments import currencies as at_stripe
from tests.harness.node import evaluate, needs_node


def refused(amount: int, currency: str) -> str:
    with pytest.raises(InvalidInput) as refusal:
        validate({"name": "VIP", "price": {"amount": amount, "currency": currency}, "quantity": 10}, TicketTypeFields)
    (violation,) = refusal.value.violations
    assert violation.pointer == "/price/amount"
    return violation.detail


@pytest.mark.parametrize(
    ("currency", "facts"),
    [
        ("EUR", (2, 1, 99_999_999)),
        ("JPY", (0, 1, 99_999_999)),
        ("KWD", (3, 10, 99_999_999)),
        ("BHD", (3, 10, 99_999_999)),
        ("ISK", (2, 100, 99_999_999)),
        ("UGX", (2, 100, 99_999_999)),
        ("HUF", (2, 1, 99_999_999)),
        ("TWD", (2, 1, 99_999_999)),
        ("COP", (2, 1, 99_999_999)),
        ("IDR", (2, 1, 999_999_999_999)),
    ],
)
def test_currency_has_decimals_step_and_most_of_stripes_page(currency: str, facts: tuple[int, int, int]) -> None:
    assert (decimals(currency), step(currency), maximum_charge(currency)) == facts


@pytest.mark.parametrize("currency", sorted(filter(is_charged, CURRENCIES)))
def test_currency_is_counted_as_stripe_counts_it(currency: str) -> None:
    code = at_stripe.read_currency(currency, "currency")
    ours = (decimals(currency), step(currency), maximum_charge(currency))
    assert ours == (at_stripe.decimals(code), at_stripe.step(code), at_stripe.largest(code))
    for amount in (minimum_charge(currency), maximum_charge(currency)):
        if minimum_charge(currency) > 1:
            at_stripe.check_total(amount, code)
    with pytest.raises(StripeError, match="no more than"):
        at_stripe.check_total(maximum_charge(currency) + 1, code)


@needs_node
def test_browser_has_the_same_table_and_shows_the_same_amounts() -> None:
    codes = sorted(CURRENCIES)
    table = evaluate("ui/currencies.ts", "given.map((code) => [module.decimals(code), module.step(code)])", codes)
    amounts = 'given.map((currency) => module.money({ amount: 500000, currency }, "en"))'
    shown_there = evaluate("ui/format.ts", amounts, codes)
    assert table == [[decimals(code), step(code)] for code in codes]
    digits = ["".join(filter(lambda sign: sign in "0123456789.,", found)) for found in shown_there]
    shown = [display(500_000, code).removesuffix(f" {code}") for code in codes]
    assert [found.strip(".") for found in digits] == shown
    assert shown_there[codes.index("UGX")] == "UGX\N{NO-BREAK SPACE}5,000.00"


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_application_fee_is_in_steps_of_the_currency_and_never_above_the_share(currency: str) -> None:
    for amount in (step(currency), 150 * step(currency), 1_234 * step(currency)):
        for basis_points in (1, 250, 333, 10_000):
            fee = application_fee(amount, currency, basis_points=basis_points)
            share = amount * basis_points / 10_000
            assert fee % step(currency) == 0
            assert share - step(currency) < fee <= share


@pytest.mark.parametrize(
    ("amount", "currency", "sent"),
    [(1239, "KWD", 1230), (1200, "ISK", 1200), (1299, "UGX", 1200), (99, "ISK", 0), (1239, "EUR", 1239)],
)
def test_in_steps_rounds_down(amount: int, currency: str, sent: int) -> None:
    assert in_steps(amount, currency) == sent


def test_price_in_rupiah_takes_twelve_digits() -> None:
    price = {"amount": 150_000_000, "currency": "IDR"}
    assert validate({"name": "VIP", "price": price, "quantity": 10}, TicketTypeFields).price.amount == 150_000_000
    assert broken_rule(999_999_999_999, "IDR") is None


@pytest.mark.parametrize(
    ("amount", "currency", "detail"),
    [
        (100_000_000, "COP", "must be at most 99999999, which is 999,999.99 COP"),
        (100_000_000, "JPY", "must be at most 99999999, which is 99,999,999 JPY"),
        (150, "UGX", "must be a multiple of 100 in UGX"),
        (1005, "BHD", "must be a multiple of 10 in BHD"),
        (1_000_000_000_000, "IDR", "expected `int` <= 999999999999"),
    ],
)
def test_price_that_stripe_cannot_take_is_refused_in_words(amount: int, currency: str, detail: str) -> None:
    assert refused(amount, currency) == detail

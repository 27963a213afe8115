"""Events that are paid to their organiser's own Stripe account."""

import pytest

from chalicelib.core.errors import Forbidden, NotFound, OrderNotPayable
from chalicelib.core.preconditions import ANY
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.payments.services.connect_account import ConnectAccount
from tests.harness.shop import BUYER, OWNER, START, Shop, items_of, stock_of


@pytest.fixture
def onboarding(shop: Shop) -> ConnectAccount:
    return shop.services.payments.connect_account


def test_connect_twice_is_one_account(shop: Shop, onboarding: ConnectAccount) -> None:
    first, url = onboarding.connect_stripe_account(shop.event_id, caller=OWNER)
    second, _ = onboarding.connect_stripe_account(shop.event_id, caller=OWNER)
    assert first == second == onboarding.read_stripe_account(shop.event_id, caller=OWNER)
    assert (first.id, first.ready, url) == ("acct_1", False, "https://stripe.test/onboard/acct_1")


def test_connect_by_others_than_owners_is_refused(shop: Shop, onboarding: ConnectAccount) -> None:
    with pytest.raises((NotFound, Forbidden)):
        onboarding.connect_stripe_account(shop.event_id, caller=BUYER)
    assert shop.services.payments.account_store.list_connected() == []


def test_pay_before_the_account_is_ready_is_refused_then_goes_to_the_account(
    shop: Shop, onboarding: ConnectAccount
) -> None:
    onboarding.connect_stripe_account(shop.event_id, caller=OWNER)
    record = shop.order((shop.ticket(3), 1))
    with pytest.raises(OrderNotPayable) as refusal:
        shop.checkout(record)
    assert refusal.value.code == "payments_not_ready"
    shop.at_stripe.ready["acct_1"] = True
    shop.hear("acct_1", kind="account.updated", account="acct_1")
    session = shop.checkout(record)
    assert (shop.payments.opened[-1].account, shop.payments.opened[-1].fee) == ("acct_1", 75)
    shop.payments.pay(session)
    shop.hear(session, account="acct_1")
    assert shop.state(record) is OrderState.PAID


def test_payment_heard_without_its_account_is_not_found_and_changes_nothing(shop: Shop) -> None:
    shop.connect("acct_1")
    ticket = shop.ticket(3)
    record = shop.order((ticket, 1))
    session = shop.checkout(record)
    shop.payments.pay(session)
    shop.hear(session)
    assert (shop.state(record), stock_of(ticket).held) == (OrderState.RESERVED, 1)


def test_deauthorised_account_takes_no_more_payments(shop: Shop, onboarding: ConnectAccount) -> None:
    shop.connect("acct_1")
    shop.at_stripe.ready["acct_1"] = None
    for _ in range(2):
        shop.hear("ca_1", kind="account.application.deauthorized", account="acct_1")
    account = onboarding.read_stripe_account(shop.event_id, caller=OWNER)
    assert (account.ready, account.disconnected_at is not None) == (False, True)
    with pytest.raises(OrderNotPayable):
        shop.checkout(shop.order((shop.ticket(3), 1)))


def test_disconnect_pays_the_platform_again_and_leaves_orders_their_account(
    shop: Shop, onboarding: ConnectAccount
) -> None:
    shop.connect("acct_1")
    record = shop.order((shop.ticket(3), 1))
    session = shop.checkout(record)
    onboarding.disconnect_stripe_account(shop.event_id, caller=OWNER, match=frozenset({ANY}))
    shop.payments.pay(session)
    shop.hear(session, account="acct_1")
    assert (shop.state(record), shop.record(record).account) == (OrderState.PAID, "acct_1")
    later = shop.order((shop.ticket(3), 1))
    shop.checkout(later)
    assert shop.record(later).account is None
    (use,) = items_of("StripeAccountUseItem", "USE#")
    assert use.expires_at == int(START) + 40 * 24 * 3600

"""Connected accounts: onboarding, direct charges, application fees, their own events, deauthorisation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
import stripe

from .conftest import CONNECT_SECRET, SECRET, Shop, order
from .pages import form, page


@dataclass
class Connected:
    """A shop and an account that takes payments through it."""

    shop: Shop
    account: str

    @property
    def options(self) -> Any:
        return {"stripe_account": self.account}

    def session(self, **changes: Any) -> Any:
        return self.shop.client.v1.checkout.sessions.create({**order(), **changes}, self.options)

    def charge(self, fee: int | None = None) -> Any:
        data = {"payment_intent_data": {"application_fee_amount": fee}} if fee is not None else {}
        assert self.shop.double.pay(self.session(**data).id).paid
        return self.shop.client.v1.charges.list({"limit": 1}, self.options).data[0]

    def events(self) -> list[str]:
        listed = self.shop.client.v1.events.list({"limit": 100}, self.options)
        return [event.type for event in listed.data][::-1]


@pytest.fixture
def connected(shop: Shop) -> Connected:
    account = shop.client.v1.accounts.create({"type": "standard", "country": "DE", "metadata": {"event_id": "1"}})
    shop.double.onboard(account.id)
    return Connected(shop, account.id)


def link(shop: Shop, account: str) -> str:
    """Returns the path of a new onboarding page."""
    made = shop.client.v1.account_links.create(
        {
            "account": account,
            "type": "account_onboarding",
            "return_url": "http://shop.test/back",
            "refresh_url": "http://shop.test/again",
        }
    )
    return made.url.removeprefix(shop.url)


def test_create_account_cannot_take_payments_yet(shop: Shop) -> None:
    account = shop.client.v1.accounts.create({"type": "standard"})
    assert (account.charges_enabled, account.details_submitted, account.type) == (False, False, "standard")
    with pytest.raises(stripe.InvalidRequestError, match="cannot currently make charges"):
        shop.client.v1.checkout.sessions.create(order(), {"stripe_account": account.id})
    assert [one.id for one in shop.client.v1.accounts.list().data] == [account.id]


def test_complete_onboarding_enables_payments_and_leads_back(shop: Shop) -> None:
    account = shop.client.v1.accounts.create({"type": "standard"}).id
    path = link(shop, account)
    html = page(shop, path)[2]
    assert 'for="name"' in html
    assert "TEST DOUBLE" in html
    status, headers, _ = page(shop, path, {"name": "Analytical Engines", "done": "yes"})
    assert (status, headers["location"]) == (303, "http://shop.test/back")
    found = shop.client.v1.accounts.retrieve(account)
    assert (found.charges_enabled, found.details_submitted, found.business_profile.name) == (
        True,
        True,
        "Analytical Engines",
    )
    shop.double.tick()
    event = json.loads(shop.hook.came[-1][1])
    assert (event["type"], event["account"], event["data"]["object"]["charges_enabled"]) == (
        "account.updated",
        account,
        True,
    )


def test_leave_onboarding_for_later_changes_nothing(shop: Shop) -> None:
    account = shop.client.v1.accounts.create({"type": "standard"}).id
    assert page(shop, link(shop, account), {"done": "no"})[1]["location"] == "http://shop.test/back"
    assert shop.client.v1.accounts.retrieve(account).charges_enabled is False


def test_use_onboarding_link_twice_or_late_is_refused_with_the_way_to_a_new_one(shop: Shop) -> None:
    account = shop.client.v1.accounts.create({"type": "standard"}).id
    used, old = link(shop, account), link(shop, account)
    page(shop, used, {"done": "no"})
    refused = [page(shop, path, {"done": "yes"}) for path in (used, "/onboard/acl_nobody")]
    shop.clock.now += 301
    refused.append(page(shop, old, {"done": "yes"}))
    assert [status for status, _, _ in refused] == [410, 410, 410]
    assert ['href="http://shop.test/again"' in html for _, _, html in refused] == [True, False, True]
    assert shop.client.v1.accounts.retrieve(account).charges_enabled is False


def test_create_link_for_unknown_account_is_refused(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such account"):
        link(shop, "acct_nobody")


def test_pay_in_connected_account_is_invisible_from_elsewhere(connected: Connected) -> None:
    shop, charge = connected.shop, connected.charge()
    other = shop.client.v1.accounts.create({"type": "standard"}).id
    for options in ({}, {"stripe_account": other}):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            shop.client.v1.charges.retrieve(charge.id, {}, options)
        assert caught.value.code == "resource_missing"
        assert shop.client.v1.charges.list({}, options).data == []
        assert shop.client.v1.events.list({"type": "charge.succeeded"}, options).data == []
    assert shop.client.v1.charges.retrieve(charge.id, {}, connected.options).paid is True


def test_pay_page_of_connected_account_pays_there(connected: Connected) -> None:
    session = connected.session()
    status, headers, _ = page(connected.shop, f"/pay/{session.id}", form())
    assert (status, headers["location"]) == (303, f"http://shop.test/paid?s={session.id}")
    found = connected.shop.client.v1.checkout.sessions.retrieve(session.id, {}, connected.options)
    assert found.payment_status == "paid"


@pytest.mark.parametrize("card", ["4000002760003155", "DE89370400440532013000"])
def test_pay_later_in_connected_account_pays_there(connected: Connected, card: str) -> None:
    session = connected.session()
    outcome = connected.shop.double.pay(session.id, card)
    if outcome.location and "/authenticate/" in outcome.location:
        connected.shop.double.authenticate(outcome.location.rpartition("/")[2])
    connected.shop.pass_time(5.1)
    connected.shop.pass_time(2.1)
    assert connected.events()[-1] == "charge.updated"
    found = connected.shop.client.v1.checkout.sessions.retrieve(session.id, {}, connected.options)
    assert (found.status, found.payment_status) == ("complete", "paid")


def test_pay_with_application_fee_gives_the_platform_its_share(connected: Connected) -> None:
    shop, charge = connected.shop, connected.charge(fee=250)
    assert charge.application_fee_amount == 250
    fee = shop.client.v1.application_fees.retrieve(charge.application_fee)
    assert (fee.amount, fee.account, fee.charge) == (250, connected.account, charge.id)
    assert shop.client.v1.balance_transactions.list().data[0].type == "application_fee"
    shop.pass_time(2.1)
    parts = {"expand": ["balance_transaction", "application_fee"]}
    settled = shop.client.v1.charges.retrieve(charge.id, parts, connected.options)
    money = settled.balance_transaction
    assert isinstance(money, stripe.BalanceTransaction)
    assert [(part.type, part.amount) for part in money.fee_details] == [("stripe_fee", 63), ("application_fee", 250)]
    assert (money.fee, money.net) == (313, 2187)
    assert isinstance(settled.application_fee, stripe.ApplicationFee)
    assert settled.application_fee.id == fee.id
    assert "application_fee.created" in shop.events()
    assert "application_fee.created" not in connected.events()


@pytest.mark.parametrize(("parts", "returned"), [([2500], [250]), ([833, 833, 834], [83, 83, 84])])
def test_refund_with_application_fee_gives_back_in_proportion(
    connected: Connected, parts: list[int], returned: list[int]
) -> None:
    shop, charge = connected.shop, connected.charge(fee=250)
    for amount in parts:
        fields = {"charge": charge.id, "amount": amount, "refund_application_fee": True}
        shop.client.v1.refunds.create(fields, connected.options)
    fee = shop.client.v1.application_fees.retrieve(charge.application_fee)
    assert [one.amount for one in fee.refunds.data][::-1] == returned
    assert (fee.amount_refunded, fee.refunded) == (250, True)
    assert [one.amount for one in shop.client.v1.application_fees.refunds.list(fee.id).data][::-1] == returned
    assert shop.events().count("application_fee.refunded") == len(parts)


def test_refund_without_application_fee_leaves_it_to_the_platform(connected: Connected) -> None:
    charge = connected.charge(fee=250)
    connected.shop.client.v1.refunds.create({"charge": charge.id}, connected.options)
    assert connected.shop.client.v1.application_fees.retrieve(charge.application_fee).amount_refunded == 0


def test_create_session_with_fee_on_the_platform_itself_is_refused(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Can only apply an application_fee_amount"):
        shop.session(payment_intent_data={"application_fee_amount": 100})


def test_create_session_with_fee_above_the_total_is_refused(connected: Connected) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        connected.session(payment_intent_data={"application_fee_amount": 2501})
    assert caught.value.code == "application_fees_too_large"


def test_deliver_event_of_connected_account_is_signed_for_its_endpoint_alone(connected: Connected) -> None:
    shop = connected.shop
    shop.double.tick()
    shop.hook.came.clear()
    connected.charge()
    shop.double.tick()
    assert shop.hook.kinds()[-1] == "checkout.session.completed"
    assert {json.loads(body)["account"] for _, body in shop.hook.came} == {connected.account}
    assert all(shop.hook.accepted(at=shop.clock.now, secret=CONNECT_SECRET))
    assert not any(shop.hook.accepted(at=shop.clock.now, secret=SECRET))


def test_registered_connect_endpoint_gets_events_of_accounts_and_the_plain_one_the_platforms(
    connected: Connected,
) -> None:
    shop = connected.shop
    fields = {"url": "http://hook.test/own", "enabled_events": ["charge.succeeded"]}
    plain = shop.client.v1.webhook_endpoints.create(fields)
    both = shop.client.v1.webhook_endpoints.create({**fields, "connect": True})
    assert (plain.application, bool(both.application)) == (None, True)
    shop.double.tick()
    shop.hook.came.clear()
    connected.charge()
    shop.double.pay(shop.session().id)
    shop.double.tick()

    def heard(secret: str | None) -> list[str | None]:
        signed = shop.hook.accepted(at=shop.clock.now, secret=secret or "")
        events = [json.loads(body) for (_, body), right in zip(shop.hook.came, signed, strict=True) if right]
        return [event.get("account") for event in events]

    assert heard(both.secret) == [connected.account]
    assert heard(plain.secret) == [None]


def test_list_undelivered_events_of_connected_account_returns_only_its_own(connected: Connected) -> None:
    shop = connected.shop
    shop.double.tick()
    connected.charge()
    shop.double.pay(shop.session().id)
    shop.hook.statuses = [500] * 50
    shop.double.tick()
    listed = shop.client.v1.events.list({"delivery_success": False, "limit": 100}, connected.options).data
    assert {event.account for event in listed} == {connected.account}
    assert len(listed) == 5
    shop.hook.statuses.clear()
    shop.pass_time(10)
    assert shop.client.v1.events.list({"delivery_success": False}, connected.options).data == []


@pytest.mark.parametrize("account", ["acct_nobody", "nonsense"])
def test_call_for_unknown_account_is_refused_as_stripe_does(shop: Shop, account: str) -> None:
    with pytest.raises(stripe.PermissionError) as caught:
        shop.client.v1.charges.list({}, {"stripe_account": account})
    assert (caught.value.http_status, caught.value.error.code) == (403, "account_invalid")
    with pytest.raises(stripe.PermissionError):
        shop.client.v1.accounts.retrieve(account)


def test_disconnect_account_tells_the_platform_and_ends_its_access(connected: Connected) -> None:
    shop = connected.shop
    shop.double.tick()
    shop.double.disconnect(connected.account)
    shop.double.tick()
    event = json.loads(shop.hook.came[-1][1])
    assert (event["type"], event["account"]) == ("account.application.deauthorized", connected.account)
    assert event["data"]["object"]["object"] == "application"
    for call in (connected.session, lambda: shop.client.v1.accounts.retrieve(connected.account)):
        with pytest.raises(stripe.PermissionError):
            call()
    assert shop.client.v1.accounts.list().data == []


def test_idempotency_key_of_one_account_is_free_in_another(connected: Connected) -> None:
    shop = connected.shop
    ours = shop.client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "once"})
    theirs = shop.client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "once", **connected.options})
    again = shop.client.v1.customers.create({"name": "Ada"}, {"idempotency_key": "once", **connected.options})
    assert ours.id != theirs.id == again.id

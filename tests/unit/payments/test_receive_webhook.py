"""What is kept of a webhook call, and whose it may be."""

import json
from typing import Any

import pytest

from chalicelib.core.errors import BodyTooLarge, MalformedRequest, NotFound
from chalicelib.payments.inbox_port import StripeEvent
from chalicelib.payments.services.receive_webhook import KEPT_SECONDS, MAX_BYTES, ReceiveWebhook
from tests.unit.orders.builders import clock_at

OURS, CONNECT = ["ours"], ["connect"]
NOW = 1_900_000_000


class FakeInbox:
    """Port `Inbox` in memory."""

    def __init__(self) -> None:
        self.events: dict[str, StripeEvent] = {}
        self.expires_at = 0

    def put(self, event: StripeEvent, *, payload: str, received_at: int, expires_at: int) -> bool:
        is_new = event.id not in self.events
        self.events[event.id], self.expires_at = event, expires_at
        return is_new


def receiving(inbox: FakeInbox, secrets: list[str] = OURS, connect_secrets: list[str] = CONNECT) -> ReceiveWebhook:
    """A body is signed with the secret that its header names."""
    return ReceiveWebhook(
        inbox,
        lambda body, header, secrets, now: header in secrets,
        clock_at(NOW),
        secrets=lambda: secrets,
        connect_secrets=lambda: connect_secrets,
        livemode=False,
    )


def body(subject: Any = None, **fields: Any) -> bytes:
    event = {"id": "evt_1", "object": "event", "type": "charge.updated", "livemode": False, **fields}
    return json.dumps({**event, "data": {"object": {"id": "ch_1"} if subject is None else subject}}).encode()


def kept(payload: bytes, header: str | None = "ours") -> StripeEvent:
    inbox = FakeInbox()
    receiving(inbox).receive_stripe_event(payload, header)
    return inbox.events["evt_1"]


def test_receive_keeps_an_event_for_as_long_as_stripe_may_send_it_again() -> None:
    inbox = FakeInbox()
    receiving(inbox).receive_stripe_event(body(), "ours")
    assert inbox.events["evt_1"] == StripeEvent("evt_1", "charge.updated", "ch_1", livemode=False, ignored=False)
    assert inbox.expires_at == NOW + KEPT_SECONDS


@pytest.mark.parametrize(
    ("subject", "object_id", "order_id"),
    [
        ({"id": "ch_1", "metadata": {"order_id": "O1"}}, "ch_1", "O1"),
        ({"id": "re_1", "object": "refund", "charge": "ch_1", "payment_intent": "pi_1"}, "ch_1", None),
        ({"id": "re_1", "object": "refund", "payment_intent": "pi_1"}, "pi_1", None),
        ({"id": "re_1", "object": "refund"}, "re_1", None),
        ({"id": "dp_1", "object": "dispute", "charge": "ch_1"}, "ch_1", None),
        ({"id": "ch 1"}, None, None),
        ({"id": "ch_1", "metadata": {"order_id": "a b"}}, "ch_1", None),
        ([], None, None),
    ],
)
def test_receive_keeps_where_to_look_and_a_hint_whose_it_is(
    subject: Any, object_id: str | None, order_id: str | None
) -> None:
    found = kept(body(subject))
    assert (found.object_id, found.order_id) == (object_id, order_id)


def test_receive_event_of_the_other_mode_is_kept_and_ignored() -> None:
    assert kept(body(livemode=True)).ignored


def test_receive_event_of_a_connected_account_signed_for_those() -> None:
    assert kept(body(account="acct_1"), "connect").account == "acct_1"


@pytest.mark.parametrize(
    ("payload", "header"),
    [
        (body(), "connect"),
        (body(account="acct_1"), "ours"),
        (body(), "forged"),
        (body(), None),
        (b"{", "ours"),
        (b"\xff", "ours"),
        (b"[]", "ours"),
        (b"[" * 100_000, "ours"),
        (body(object="v2.core.event"), "ours"),
        (body(livemode="false"), "ours"),
        (body(id="1"), "ours"),
        (body(type="Charge Updated"), "ours"),
    ],
)
def test_receive_what_stripe_did_not_say_for_this_endpoint_is_refused(payload: bytes, header: str | None) -> None:
    inbox = FakeInbox()
    with pytest.raises(MalformedRequest):
        receiving(inbox).receive_stripe_event(payload, header)
    assert inbox.events == {}


def test_receive_without_any_secret_is_not_there() -> None:
    with pytest.raises(NotFound):
        receiving(FakeInbox(), [], []).receive_stripe_event(body(), "")


def test_receive_too_large_a_body_is_refused_before_it_is_read() -> None:
    with pytest.raises(BodyTooLarge):
        receiving(FakeInbox()).receive_stripe_event(b"x" * (MAX_BYTES + 1), "ours")


def test_keep_what_was_fetched_needs_no_signature_and_names_its_account() -> None:
    inbox = FakeInbox()
    payload = body().decode()
    service = receiving(inbox)
    assert [service.store_fetched_event(payload, account="acct_1") for _ in range(2)] == [True, False]
    assert inbox.events["evt_1"].account == "acct_1"
    assert service.store_fetched_event("x" * (MAX_BYTES + 1), account=None) is False

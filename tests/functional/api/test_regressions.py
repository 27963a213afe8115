"""What once broke: each test names what a hostile reader found."""

from typing import Any

import pytest

from chalicelib import bootstrap
from tests.functional.accounts.test_accounts import FORM, FixedClock, sign_in
from tests.functional.builders import EVENT, make, make_event
from tests.harness.client import Client

TICKET = {"name": "Standard", "price": {"amount": 2500, "currency": "CHF"}, "quantity": 5}


def mailed(purpose: str) -> list[str]:
    """The secrets of queued mails of one kind, oldest first."""
    from chalicelib.notifications.adapters.items import MailItem

    texts = [item.text for item in MailItem.scan(MailItem.sk == "MAIL") if f"/{purpose}#" in (item.text or "")]
    return [text.partition(f"/{purpose}#")[2].split()[0] for text in texts]


def test_html_that_grows_when_sanitised_can_be_read_and_mended(organiser: Client, anonymous: Client) -> None:
    event = make_event(organiser, description="&" * 9_000, state="published")
    path = f"/v1/events/{event.json['id']}"
    assert anonymous.get(f"/pages/e/{event.json['slug']}").status == 200
    assert anonymous.get("/pages").status == 200
    assert organiser.patch(path, {"description": ""}, if_match=event.etag).status == 200
    reply = organiser.post("/v1/events", {**EVENT, "description": "&" * 20_000})
    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/description")


@pytest.mark.parametrize("moment", ["9999-12-31T23:00:00Z", "0001-01-01T00:00:00+14:00", "2501-01-01T00:00:00Z"])
def test_post_of_moment_no_calendar_can_bear_is_422(organiser: Client, moment: str) -> None:
    reply = organiser.post("/v1/events", {**EVENT, "starts_at": moment, "ends_at": moment})
    assert reply.status == 422
    assert {error["pointer"] for error in reply.json["errors"]} == {"/starts_at", "/ends_at"}


def test_post_of_moment_with_offset_is_kept_in_utc(organiser: Client) -> None:
    event = make_event(organiser, starts_at="2027-06-01T23:00:00-10:00", state="published")
    assert event.json["starts_at"] == "2027-06-02T09:00:00Z"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("body", [b'"' + b'\\"' * 120_000, b'"' * 250_000, b'{"a":"' + b"\\" * 249_999])
def test_post_of_unterminated_string_is_refused_in_linear_time(anonymous: Client, body: bytes) -> None:
    assert anonymous.request("POST", "/v1/auth/sign-in", raw=body).status == 400


def test_reset_ends_sign_ins_other_links_and_repeated_sign_up(anonymous: Client) -> None:
    first = anonymous.post("/v1/auth/sign-up", FORM, idempotency_key="k").json
    for _ in range(2):
        assert anonymous.post("/v1/auth/password/forgot", {"email": FORM["email"]}).status == 202
    links = mailed("reset")
    assert len(links) == 2
    new = "another long password"
    assert anonymous.post("/v1/auth/password/reset", {"token": links[1], "password": new}).status == 204
    assert anonymous.post("/v1/auth/password/reset", {"token": links[0], "password": "yet another one"}).status == 404
    assert anonymous.post("/v1/auth/refresh", {"refresh_token": first["refresh_token"]}).status == 401
    assert anonymous.post("/v1/auth/sign-up", FORM, idempotency_key="k").status == 409
    assert sign_in(anonymous).status == 401
    assert sign_in(anonymous, password=new).status == 200


def test_sign_in_checked_against_a_replaced_password_starts_nothing(anonymous: Client) -> None:
    from chalicelib.accounts.adapters.sign_ins import DynamoSignIns

    user = anonymous.post("/v1/auth/sign-up", FORM).json["user"]["id"]
    assert not DynamoSignIns().start_sign_in("F", user, secret="s", until=2_000_000_000, password_hash="old")


def test_success_does_not_clear_the_guesses_of_a_source(anonymous: Client) -> None:
    bootstrap.services().clock = FixedClock()  # one window of guesses, whatever the time is
    anonymous.post("/v1/auth/sign-up", FORM)
    statuses = [sign_in(anonymous, email=f"guess-{n}@example.org").status for n in range(30)]
    assert sign_in(anonymous).status == 200
    statuses += [sign_in(anonymous, email=f"guess-{n}@example.org").status for n in range(30, 65)]
    assert statuses.count(429) == 5


def test_two_views_of_one_list_never_share_a_tag(organiser: Client, anonymous: Client) -> None:
    path = f"/v1/events/{make_event(organiser, state='published').json['id']}"
    make(organiser, path.rpartition("/")[2], "speakers", name="Ada Example", email="ada@example.org")
    for url in (f"{path}/speakers", f"{path}/versions"):
        staff, public = organiser.get(url), anonymous.get(url)
        assert staff.etag != public.etag
        assert organiser.get(url, if_none_match=public.etag).status == 200


def test_event_on_sale_is_neither_deleted_nor_given_another_currency(organiser: Client) -> None:
    event = make_event(organiser, state="published")
    path = f"/v1/events/{event.json['id']}"
    ticket = organiser.post(f"{path}/ticket-types", TICKET)
    reply = organiser.delete(path, if_match="*")
    assert (reply.status, reply.json["referrers"]) == (409, [ticket.json["id"]])
    assert organiser.patch(path, {"currency": "JPY"}, if_match="*").status == 422


def test_order_of_an_event_that_was_taken_back_cannot_be_paid(organiser: Client, anonymous: Client) -> None:
    path = f"/v1/events/{make_event(organiser, state='published').json['id']}"
    ticket = organiser.post(f"{path}/ticket-types", TICKET).json["id"]
    buyer = {"name": "Robin Example", "email": "robin@example.org"}
    order = anonymous.post(f"{path}/orders", {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": buyer})
    assert organiser.patch(path, {"state": "archived"}, if_match="*").status == 200
    reply = anonymous.post(f"/v1/orders/{order.json['id']}/payment?access={order.json['access']}")
    assert (reply.status, reply.code) == (409, "sale_closed")


@pytest.mark.parametrize(
    "fields",
    [{"slug": "days\n"}, {"contact_email": "a@b.cc\n"}, {"currency": "EUR\n"}, {"currency": "ZZZ"}, {"slug": "import"}],
)
def test_post_event_with_field_that_only_looks_right_is_422(organiser: Client, fields: dict[str, Any]) -> None:
    reply = organiser.post("/v1/events", {**EVENT, **fields})
    assert [error["pointer"] for error in reply.json["errors"]] == [f"/{next(iter(fields))}"]


def test_event_named_like_a_path_of_the_api_gets_another_slug(organiser: Client) -> None:
    assert make_event(organiser, name="Import").json["slug"] == "import-event"


def test_guest_key_repeated_gives_the_same_order_and_keeps_no_secret(organiser: Client, anonymous: Client) -> None:
    from chalicelib.idempotency.dynamo import IdempotencyItem

    path = f"/v1/events/{make_event(organiser, state='published').json['id']}"
    ticket = organiser.post(f"{path}/ticket-types", TICKET).json["id"]
    buyer = {"name": "Robin Example", "email": "robin@example.org"}
    form = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": buyer}
    replies = [anonymous.post(f"{path}/orders", form, idempotency_key="g") for _ in range(2)]
    assert [reply.status for reply in replies] == [201, 201]
    assert replies[0].json == replies[1].json
    kept = list(IdempotencyItem.scan(IdempotencyItem.sk == "IDEMPOTENCY"))
    assert all(replies[0].json["access"] not in str(item.attribute_values) for item in kept)
    other = anonymous.post(f"{path}/orders", form, idempotency_key="g", user_agent="another device")
    assert other.json["id"] != replies[0].json["id"]


def test_guest_key_repeated_after_the_last_ticket_gives_the_same_order(organiser: Client, anonymous: Client) -> None:
    path = f"/v1/events/{make_event(organiser, state='published').json['id']}"
    ticket = organiser.post(f"{path}/ticket-types", {**TICKET, "quantity": 1}).json["id"]
    buyer = {"name": "Robin Example", "email": "robin@example.org"}
    form = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": buyer}
    replies = [anonymous.post(f"{path}/orders", form, idempotency_key="g") for _ in range(2)]
    assert [reply.status for reply in replies] == [201, 201]
    assert replies[0].json["id"] == replies[1].json["id"]
    assert anonymous.post(f"{path}/orders", form).code == "sold_out"

"""Check-in over HTTP: once per ticket, who was first, undo, lists, and scans that an offline device sends later."""

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.orders.domain.order_state import Dispute
from tests.functional.builders import make_event
from tests.functional.payments.test_pay_order import add_ticket, order
from tests.functional.tickets.test_tickets import FREE, REFUNDED, change_facts, codes, place
from tests.harness.client import Client, Reply

NOON = "2027-06-11T10:00:00Z"
LATER = "2027-06-11T10:05:00Z"


@pytest.fixture
def shop(organiser: Client) -> str:
    """A published event."""
    return str(make_event(organiser, state="published").json["id"])


@pytest.fixture
def free(organiser: Client, shop: str) -> str:
    """A free ticket type: its orders are paid at once."""
    return str(add_ticket(organiser, shop, **FREE).json["id"])


@pytest.fixture
def made(anonymous: Client, shop: str, free: str) -> Reply:
    """An order of two."""
    return order(anonymous, shop, free, 2)


def scan(client: Client, shop: str, code: str, **more: Any) -> Reply:
    return client.post(f"/v1/events/{shop}/check-ins", {"code": code, **more})


def reconcile(client: Client, shop: str, device: str, *scans: tuple[str, str]) -> list[dict[str, Any]]:
    body = {"device": device, "scans": [{"code": code, "at": at} for code, at in scans]}
    reply = client.post(f"/v1/events/{shop}/check-ins/reconcile", body)
    assert reply.status == 200, reply
    results: list[dict[str, Any]] = reply.json["results"]
    return results


def listed(client: Client, shop: str, query: str = "") -> Any:
    return client.get(f"/v1/events/{shop}/check-ins{query}").json


def test_check_in_the_first_time_lets_in_and_again_tells_who_was_first(
    organiser: Client, shop: str, free: str, made: Reply
) -> None:
    first = scan(organiser, shop, codes(made)[1], device="North gate")
    ticket = f"{made.json['id']}-2"
    assert first.status == 201
    assert first.headers["location"] == f"/api/v1/events/{shop}/check-ins/{ticket}"
    at = first.json["checked_in_at"]
    assert first.json == {
        "ticket": ticket,
        "order_id": made.json["id"],
        "number": 2,
        "attendee": "Ada Lovelace",
        "ticket_type_id": free,
        "ticket_type": "Day ticket",
        "checked_in_at": at,
        "recorded_at": at,
        "by": {"user_id": organiser.user_id, "name": "Robin Example"},
        "device": "North gate",
        "scanned_at": None,
    }
    again = scan(organiser, shop, codes(made)[1], device="South gate")
    assert (again.status, again.code, again.json["check_in"]) == (409, "already_checked_in", first.json)
    assert scan(organiser, shop, codes(made)[0]).status == 201


def test_check_in_shows_on_the_buyers_tickets(anonymous: Client, organiser: Client, shop: str, made: Reply) -> None:
    at = scan(organiser, shop, codes(made)[0]).json["checked_in_at"]
    items = anonymous.get(place(made, "/tickets")).json["items"]
    assert [item["checked_in_at"] for item in items] == [at, None]


def test_check_in_takes_a_code_as_people_type_it(organiser: Client, shop: str, made: Reply) -> None:
    assert scan(organiser, shop, f"  {codes(made)[0].lower()}\n").status == 201


def full_width(text: str) -> str:
    """Returns the text in full-width characters, as an input method for Chinese or Japanese writes it."""
    return "".join(chr(ord(one) + 0xFEE0) for one in text)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(lambda code: "-\n".join(code.rsplit("-", 1)), id="both lines of the PDF"),
        pytest.param(lambda code: "-\r\n ".join(code.rsplit("-", 1)), id="both lines, as Windows ends them"),
        pytest.param(lambda code: "- ".join(code.rsplit("-", 1)), id="a blank for the line end"),
        pytest.param(lambda code: code.replace("-", " "), id="blanks for dashes"),
        pytest.param(lambda code: code.replace("-", "\u2013"), id="en dashes"),
        pytest.param(lambda code: code.replace("-", "\u2014"), id="em dashes"),
        pytest.param(lambda code: code.replace("-", "\u2011"), id="dashes that do not break"),
        pytest.param(lambda code: code.replace("-", "\u2212"), id="minus signs"),
        pytest.param(lambda code: code.replace("-", ""), id="no dashes"),
        pytest.param(lambda code: code.replace("-", "\u00a0-\u200b"), id="blanks that cannot be seen"),
        pytest.param(lambda code: "\ufeff" + " ".join(code), id="a blank after each letter"),
        pytest.param(lambda code: code.replace("0", "O"), id="O for 0"),
        pytest.param(lambda code: code.replace("1", "I"), id="I for 1"),
        pytest.param(lambda code: code.replace("1", "l").replace("0", "o").lower(), id="l for 1 and o for 0"),
        pytest.param(lambda code: code.lower().replace("1", "\u0131"), id="a Turkish i"),
        pytest.param(full_width, id="full-width letters"),
    ],
)
def test_check_in_finds_a_code_however_it_was_typed_or_pasted(
    organiser: Client, shop: str, made: Reply, typed: Callable[[str], str]
) -> None:
    code = codes(made)[0]
    assert scan(organiser, shop, typed(code)).json["ticket"] == f"{made.json['id']}-1"
    (again,) = reconcile(organiser, shop, "gate", (typed(code), NOON))
    assert (again["outcome"], again["ticket"]) == ("duplicate", f"{made.json['id']}-1")


def test_check_in_repeated_after_a_lost_answer_is_the_same_answer(organiser: Client, shop: str, made: Reply) -> None:
    first, again = (scan(organiser, shop, codes(made)[0], device="gate", at=NOON) for _ in range(2))
    other = scan(organiser, shop, codes(made)[0], device="gate", at=LATER)
    assert [first.status, again.status, other.status] == [201, 201, 409]
    assert again.json == first.json
    assert listed(organiser, shop)["counts"]["checked_in"] == 1


def test_check_in_forged_foreign_and_replaced_codes_are_all_unknown(
    anonymous: Client, organiser: Client, shop: str, made: Reply
) -> None:
    good = codes(made)[0]
    other_event = str(make_event(organiser, state="published").json["id"])
    anonymous.patch(place(made, "/attendees"), {"attendees": [{"number": 1, "name": "Grace Hopper"}]}, if_match="*")
    flipped = good[:-1] + ("0" if good[-1] != "0" else "1")
    missing = "01ARZ3NDEKTSV4RRFFQ69G5FAV" + good[26:]
    third = good.replace("-1-", "-3-")
    codes_now = codes(made)
    bad = [(shop, one) for one in (good, flipped, missing, third, "nonsense", "é", good + "0")]
    bad += [(other_event, codes_now[0])]
    replies = [scan(organiser, event, code) for event, code in bad]
    assert {(reply.status, reply.code, reply.json["detail"]) for reply in replies} == {
        (404, "unknown_ticket", "This is not a ticket of this event.")
    }
    assert scan(organiser, shop, codes_now[0]).json["attendee"] == "Grace Hopper"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (REFUNDED, "ticket_void"),
        ({"dispute": Dispute.LOST}, "ticket_void"),
        ({"dispute": Dispute.OPEN}, "ticket_suspended"),
    ],
)
def test_check_in_after_a_refund_or_in_a_dispute_is_refused(
    organiser: Client, shop: str, made: Reply, facts: dict[str, Any], code: str
) -> None:
    change_facts(made, **facts)
    reply = scan(organiser, shop, codes(made)[0])
    assert (reply.status, reply.code, reply.json["attendee"]) == (409, code, "Ada Lovelace")
    assert listed(organiser, shop)["items"] == []


def test_check_in_after_a_dispute_was_won_lets_in(organiser: Client, shop: str, made: Reply) -> None:
    change_facts(made, dispute=Dispute.OPEN)
    change_facts(made, dispute=None)
    assert scan(organiser, shop, codes(made)[0]).status == 201


def test_undo_check_in_frees_the_ticket_and_keeps_what_happened(organiser: Client, shop: str, made: Reply) -> None:
    from chalicelib import bootstrap

    code = codes(made)[0]
    one = f"/v1/events/{shop}/check-ins/{made.json['id']}-1"
    assert organiser.delete(one, if_match="*").status == 404
    scan(organiser, shop, code)
    assert [organiser.delete(one, if_match="*").status for _ in range(2)] == [204, 404]
    assert (listed(organiser, shop)["items"], listed(organiser, shop)["counts"]["checked_in"]) == ([], 0)
    assert scan(organiser, shop, code).status == 201
    kept = bootstrap.services().check_in.store.find(shop, made.json["id"], 1)
    assert kept is not None
    assert [(act.admitted, act.by) for act in kept.acts] == [(n, organiser.user_id) for n in (True, False, True)]


def test_undo_check_in_needs_the_version_that_was_seen(organiser: Client, shop: str, made: Reply) -> None:
    one = f"/v1/events/{shop}/check-ins/{made.json['id']}-1"
    first = scan(organiser, shop, codes(made)[0])
    assert (organiser.delete(one).status, organiser.delete(one, if_match='"other"').status) == (428, 412)
    assert organiser.delete(one, if_match=first.etag).status == 204
    second = scan(organiser, shop, codes(made)[0])
    stale = organiser.delete(one, if_match=first.etag)
    assert (stale.status, stale.json["current"]) == (412, {"etag": second.etag, "representation": second.json})


def test_change_attendee_of_a_used_ticket_is_refused_until_undone(
    anonymous: Client, organiser: Client, shop: str, made: Reply
) -> None:
    scan(organiser, shop, codes(made)[0])
    form = {"attendees": [{"number": 1, "name": "Grace Hopper"}]}
    reply = anonymous.patch(place(made, "/attendees"), form, if_match="*")
    assert (reply.status, reply.code) == (409, "ticket_used")
    organiser.delete(f"/v1/events/{shop}/check-ins/{made.json['id']}-1", if_match="*")
    assert anonymous.patch(place(made, "/attendees"), form, if_match="*").status == 200


def test_list_check_ins_is_newest_first_in_pages_with_counts(
    anonymous: Client, organiser: Client, shop: str, free: str
) -> None:
    spare = add_ticket(organiser, shop, **FREE, name="Dinner").json["id"]
    made = order(anonymous, shop, free, 3)
    names = [scan(organiser, shop, code).json["ticket"] for code in codes(made)]
    pages = [listed(organiser, shop, "?limit=2")]
    pages.append(listed(organiser, shop, f"?limit=2&cursor={pages[0]['next_cursor']}"))
    assert [[item["ticket"] for item in page["items"]] for page in pages] == [[names[2], names[1]], [names[0]]]
    assert pages[1]["next_cursor"] is None
    assert pages[0]["counts"] == {
        "checked_in": 3,
        "sold": 3,
        "types": [
            {"ticket_type_id": free, "name": "Day ticket", "checked_in": 3, "sold": 3},
            {"ticket_type_id": spare, "name": "Dinner", "checked_in": 0, "sold": 0},
        ],
    }
    exact = listed(organiser, shop, "?limit=3")
    assert (len(exact["items"]), exact["next_cursor"]) == (3, None)


def test_list_check_ins_unchanged_is_304_and_changed_is_200(organiser: Client, shop: str, made: Reply) -> None:
    path = f"/v1/events/{shop}/check-ins"
    etag = organiser.get(path).etag
    assert organiser.get(path, if_none_match=etag).status == 304
    scan(organiser, shop, codes(made)[0])
    assert organiser.get(path, if_none_match=etag).status == 200


def test_offline_list_has_hashes_and_never_codes(anonymous: Client, organiser: Client, shop: str, free: str) -> None:
    valid, gone, disputed = (order(anonymous, shop, free, 1) for _ in range(3))
    change_facts(gone, **REFUNDED)
    change_facts(disputed, dispute=Dispute.OPEN)
    at = scan(organiser, shop, codes(valid)[0]).json["checked_in_at"]
    path = f"/v1/events/{shop}/check-ins/offline"
    reply = organiser.get(path)
    salt = reply.json["salt"]

    def hashed(made: Reply) -> str:
        return hashlib.sha256((salt + codes(made)[0]).encode()).hexdigest()[:32]

    rows = [
        (valid, "Ada Lovelace", "valid", at),
        (gone, "", "void", None),
        (disputed, "Ada Lovelace", "suspended", None),
    ]
    assert reply.json["items"] == sorted(
        (
            {
                "hash": hashed(made),
                "ticket": f"{made.json['id']}-1",
                "attendee": name,
                "ticket_type": "Day ticket",
                "state": state,
                "checked_in_at": used_at,
                "recorded_at": used_at,
            }
            for made, name, state, used_at in rows
        ),
        key=lambda one: one["ticket"],
    )
    assert [codes(made)[0].encode() in reply.body for made in (valid, gone, disputed)] == [False] * 3
    assert organiser.get(path, if_none_match=reply.etag).status == 304
    walked, cursor = [], ""
    while True:
        page = organiser.get(f"{path}?limit=1{cursor}").json
        walked += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert walked == reply.json["items"]


def test_reconcile_two_devices_with_the_same_ticket_admits_one_and_tells_the_other(
    organiser: Client, shop: str, made: Reply
) -> None:
    one, two = codes(made)
    (north,) = reconcile(organiser, shop, "north", (one, LATER))
    south = reconcile(organiser, shop, "south", (one, NOON), (two, NOON), ("forged", NOON))
    assert [north["outcome"], *(result["outcome"] for result in south)] == [
        "admitted",
        "duplicate",
        "admitted",
        "unknown",
    ]
    assert (south[0]["check_in"]["device"], south[0]["check_in"]["scanned_at"]) == ("north", LATER)
    assert [result["at"] for result in south] == [NOON] * 3
    assert listed(organiser, shop)["counts"]["checked_in"] == 2


def test_reconcile_sent_again_is_the_same_answer_and_changes_nothing(organiser: Client, shop: str, made: Reply) -> None:
    scans = [(code, NOON) for code in codes(made)]
    first = reconcile(organiser, shop, "north", *scans, scans[0])
    before = listed(organiser, shop)
    assert reconcile(organiser, shop, "north", *scans, scans[0]) == first
    assert [result["outcome"] for result in first] == ["admitted", "admitted", "admitted"]
    assert listed(organiser, shop) == before


def ago(**span: float) -> str:
    """Returns a past time in RFC 3339, in whole seconds."""
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(**span)
    return at.isoformat().replace("+00:00", "Z")


def arrivals(client: Client, shop: str) -> list[str | None]:
    """Returns when the attendees were checked in. Asserts that the list and the CSV file agree."""
    rows = client.get(f"/v1/events/{shop}/attendees").json["items"]
    sheet = client.get(f"/v1/events/{shop}/attendees.csv").body.decode("utf-8-sig")
    assert [row["checked_in_at"] or None for row in csv.DictReader(io.StringIO(sheet))] == [
        row["checked_in_at"] for row in rows
    ]
    return [row["checked_in_at"] for row in rows]


def test_reconcile_a_scan_of_an_hour_ago_tells_when_the_person_came(
    anonymous: Client, organiser: Client, shop: str, made: Reply
) -> None:
    came = ago(hours=1)
    (result,) = reconcile(organiser, shop, "gate 2", (codes(made)[0], came))
    check_in = result["check_in"]
    assert (check_in["checked_in_at"], check_in["scanned_at"]) == (came, came)
    assert check_in["recorded_at"] > came
    assert arrivals(organiser, shop) == [came, None]
    assert [one["checked_in_at"] for one in listed(organiser, shop)["items"]] == [came]
    offline = organiser.get(f"/v1/events/{shop}/check-ins/offline").json["items"]
    tickets = anonymous.get(place(made, "/tickets")).json["items"]
    assert [[one["checked_in_at"] for one in items] for items in (offline, tickets)] == [[came, None]] * 2


@pytest.mark.parametrize("times", [(20, 50, 10), (10, 20, 50), (50, 10, 20)])
def test_reconcile_several_scans_of_a_ticket_in_one_upload_lets_the_earliest_in(
    organiser: Client, shop: str, made: Reply, times: tuple[int, ...]
) -> None:
    one, two = codes(made)
    at = {minutes: ago(minutes=minutes) for minutes in times}
    scans = [*((one, at[minutes]) for minutes in times), (two, at[20])]
    results = reconcile(organiser, shop, "gate", *scans)
    assert [(result["at"], result["outcome"]) for result in results] == [
        *((at[minutes], "admitted" if minutes == 50 else "duplicate") for minutes in times),
        (at[20], "admitted"),
    ]
    assert arrivals(organiser, shop) == [at[50], at[20]]


@pytest.mark.parametrize("minutes", [-1_000_000, -1_440, -2, 40 * 1_440, 20_000_000])
def test_reconcile_by_a_clock_that_cannot_be_right_tells_when_the_server_heard(
    organiser: Client, shop: str, made: Reply, minutes: int
) -> None:
    clock = ago(minutes=minutes)
    (result,) = reconcile(organiser, shop, "gate", (codes(made)[0], clock))
    check_in = result["check_in"]
    assert (check_in["checked_in_at"], check_in["scanned_at"]) == (check_in["recorded_at"], clock)
    assert ago(minutes=5) < check_in["recorded_at"] <= ago(seconds=-1)
    assert arrivals(organiser, shop) == [check_in["recorded_at"], None]


def test_reconcile_a_scan_earlier_than_one_that_the_server_knows_is_a_duplicate(
    organiser: Client, shop: str, made: Reply
) -> None:
    first = scan(organiser, shop, codes(made)[0], device="north")
    (result,) = reconcile(organiser, shop, "south", (codes(made)[0], ago(hours=1)))
    assert (result["outcome"], result["check_in"]) == ("duplicate", first.json)
    assert arrivals(organiser, shop) == [first.json["checked_in_at"], None]


def test_reconcile_sent_again_after_an_undo_lets_nobody_in(organiser: Client, shop: str, made: Reply) -> None:
    came = ago(hours=1)
    reconcile(organiser, shop, "gate", (codes(made)[0], came))
    online = scan(organiser, shop, codes(made)[1], device="gate", at=came)
    for number in (1, 2):
        organiser.delete(f"/v1/events/{shop}/check-ins/{made.json['id']}-{number}", if_match="*")
    (result,) = reconcile(organiser, shop, "gate", (codes(made)[0], came))
    assert (result["outcome"], result["attendee"], result["check_in"]) == ("undone", "Ada Lovelace", None)
    again = scan(organiser, shop, codes(made)[1], device="gate", at=came)
    assert (online.status, again.status, again.code) == (201, 409, "check_in_undone")
    assert listed(organiser, shop)["counts"]["checked_in"] == 0
    assert [scan(organiser, shop, code).status for code in codes(made)] == [201, 201]


def test_reconcile_a_ticket_that_was_refunded_meanwhile_is_void(organiser: Client, shop: str, made: Reply) -> None:
    change_facts(made, **REFUNDED)
    (result,) = reconcile(organiser, shop, "north", (codes(made)[0], NOON))
    assert (result["outcome"], result["attendee"], result["check_in"]) == ("void", "Ada Lovelace", None)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"code": ""}, 422),
        ({"code": "x" * 201}, 422),
        ({"code": 5}, 422),
        ({"code": "x", "device": ""}, 422),
        ({"code": "x", "at": "yesterday"}, 422),
        ({"code": "x", "at": "2027-06-11T10:00:00"}, 422),
        ({"code": "x", "at": "0001-01-01T00:00:00+14:00"}, 422),
        ({"code": "x", "by": "me"}, 400),
    ],
)
def test_check_in_with_a_bad_form_is_refused(organiser: Client, shop: str, body: Any, status: int) -> None:
    assert organiser.post(f"/v1/events/{shop}/check-ins", body).status == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"device": "d"}, 422),
        ({"device": "d", "scans": [{"code": "x"}]}, 422),
        ({"device": "d", "scans": [{"code": "x", "at": "0001-01-01T00:00:00+14:00"}]}, 422),
        ({"device": "d", "scans": [{"code": "x", "at": NOON}] * 501}, 422),
        ({"scans": []}, 422),
    ],
)
def test_reconcile_with_a_bad_form_is_refused(organiser: Client, shop: str, body: Any, status: int) -> None:
    assert organiser.post(f"/v1/events/{shop}/check-ins/reconcile", body).status == status


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("owner", 201),
        ("organizer", 201),
        ("coorganizer", 201),
        ("registrar", 201),
        ("moderator", 403),
        ("track_organizer", 403),
        (None, 404),
    ],
)
def test_check_in_is_for_those_whose_role_allows_it(
    stranger: Client, shop: str, made: Reply, role: str | None, status: int
) -> None:
    from chalicelib.accounts.adapters.items import RoleItem
    from chalicelib.aws import dynamo_keys as keys

    if role:
        RoleItem(*keys.role_of_user(stranger.user_id, shop), role=role, granted_at=1).save()
    base = f"/v1/events/{shop}/check-ins"
    answers = [
        scan(stranger, shop, codes(made)[0]).status,
        stranger.get(base).status,
        stranger.get(f"{base}/offline").status,
        stranger.post(f"{base}/reconcile", {"device": "d", "scans": []}).status,
        stranger.delete(f"{base}/{made.json['id']}-1", if_match="*").status,
    ]
    assert answers == ([201, 200, 200, 200, 204] if status == 201 else [status] * 5)


def test_check_in_without_signing_in_is_401(anonymous: Client, shop: str, made: Reply) -> None:
    base = f"/v1/events/{shop}/check-ins"
    answers = [scan(anonymous, shop, codes(made)[0]), anonymous.get(base), anonymous.get(f"{base}/offline")]
    answers += [anonymous.delete(f"{base}/{made.json['id']}-1", if_match="*")]
    assert [answer.status for answer in answers] == [401] * 4


@pytest.mark.parametrize("name", ["x", "01ARZ3NDEKTSV4RRFFQ69G5FAV-1", "01ARZ3NDEKTSV4RRFFQ69G5FAV-0", "offline-1"])
def test_undo_of_what_is_no_check_in_is_not_found(organiser: Client, shop: str, name: str) -> None:
    assert organiser.delete(f"/v1/events/{shop}/check-ins/{name}", if_match="*").status == 404

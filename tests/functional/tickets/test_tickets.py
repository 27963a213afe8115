"""Tickets over HTTP: who may read them, QR codes, the PDF, and changes of attendees."""

import io
import json
import re
from typing import Any

import pytest
import segno
from pypdf import PdfReader

from chalicelib import bootstrap
from chalicelib.orders.domain.order_state import Dispute
from chalicelib.tickets.domain.ticket import tickets_of
from tests.functional.builders import make_event
from tests.functional.payments.test_pay_order import add_ticket, order
from tests.harness.client import Client, Reply

PDF = "application/pdf"
FREE = {"price": {"amount": 0, "currency": "CHF"}, "quantity": 50, "max_per_order": 20}


@pytest.fixture
def shop(organiser: Client) -> str:
    """A published event."""
    return str(make_event(organiser, state="published").json["id"])


@pytest.fixture
def free(organiser: Client, shop: str) -> str:
    """A free ticket type: its orders are paid at once."""
    return str(add_ticket(organiser, shop, **FREE).json["id"])


def place(made: Reply, suffix: str = "") -> str:
    """Returns a path below a guest's order."""
    return f"/v1/orders/{made.json['id']}{suffix}?access={made.json['access']}"


def codes(made: Reply) -> list[str]:
    """Returns the codes in the order's QR codes."""
    record = bootstrap.services().orders.store.load_order(made.json["id"])
    assert record is not None
    return [ticket.code for ticket in tickets_of(record)]


def change_facts(made: Reply, **facts: Any) -> None:
    """Changes the order's stored facts, as Stripe's events would."""
    from msgspec.structs import replace

    from chalicelib.core.times import moment
    from chalicelib.orders.domain.order import moved_on
    from chalicelib.orders.ports import SaleChange

    services = bootstrap.services()
    record = services.orders.store.load_order(made.json["id"])
    assert record is not None
    after = moved_on(record, replace(record.facts, **facts), now=moment(services.clock.now()))
    services.orders.store.write_order(SaleChange(before=record, after=after))


REFUNDED = {"charge_id": "ch_1", "charged": 100, "refunded": 100}


def test_list_tickets_of_a_free_order_shows_each_with_its_attendee(anonymous: Client, shop: str, free: str) -> None:
    made = order(anonymous, shop, free, 2)
    listed = anonymous.get(place(made, "/tickets"))
    ada = {"name": "Ada Lovelace", "email": "ada@example.org"}
    assert listed.json == {
        "items": [
            {
                "number": number,
                "ticket_type_id": free,
                "ticket_type": "Day ticket",
                "attendee": ada,
                "state": "valid",
                "checked_in_at": None,
                "links": {"qr": f"/api/v1/orders/{made.json['id']}/tickets/{number}/qr.svg"},
            }
            for number in (1, 2)
        ],
        "next_cursor": None,
    }
    assert anonymous.get(place(made, "/tickets"), if_none_match=listed.etag).status == 304


def test_list_tickets_of_an_order_that_is_not_paid_is_empty(anonymous: Client, organiser: Client, shop: str) -> None:
    made = order(anonymous, shop, add_ticket(organiser, shop).json["id"])
    assert anonymous.get(place(made, "/tickets")).json["items"] == []
    assert anonymous.get(place(made, "/tickets/1/qr.svg")).status == 404
    assert anonymous.get(place(made, "/tickets.pdf"), accept=PDF).status == 404


def test_read_tickets_of_somebody_else_is_not_found(
    anonymous: Client, organiser: Client, stranger: Client, shop: str, free: str
) -> None:
    made = order(anonymous, shop, free, 1)
    ours = [f"/v1/orders/{made.json['id']}/{rest}" for rest in ("tickets", "tickets/1/qr.svg", "tickets.pdf")]
    assert [anonymous.get(path, accept=PDF).status for path in ours] == [404, 404, 404]
    assert [stranger.get(path, accept=PDF).status for path in ours] == [404, 404, 404]
    assert [anonymous.get(f"{path}?access=guess", accept=PDF).status for path in ours] == [404, 404, 404]
    assert [organiser.get(path, accept=PDF).status for path in ours] == [200, 200, 200]
    form = {"attendees": [{"number": 1, "name": "Grace Hopper"}]}
    path = f"/v1/orders/{made.json['id']}/attendees"
    assert [one.patch(path, form, if_match="*").status for one in (anonymous, stranger, organiser)] == [404, 404, 200]


@pytest.mark.parametrize("number", ["0", "3", "-1", "01", "1e0", "x", "9" * 50])
def test_read_qr_of_no_such_ticket_is_not_found(anonymous: Client, shop: str, free: str, number: str) -> None:
    assert anonymous.get(place(order(anonymous, shop, free, 2), f"/tickets/{number}/qr.svg")).status == 404


def test_read_qr_is_the_code_of_the_ticket(anonymous: Client, shop: str, free: str) -> None:
    made = order(anonymous, shop, free, 2)
    reply = anonymous.get(place(made, "/tickets/2/qr.svg"))
    assert (reply.status, reply.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    expected = segno.make_qr(codes(made)[1], error="m", mode="alphanumeric")
    assert dark_modules(reply.body.decode()) == [[bool(module) for module in row] for row in expected.matrix]
    assert anonymous.get(place(made, "/tickets/2/qr.svg"), if_none_match=reply.etag).status == 304


def dark_modules(svg: str) -> list[list[bool]]:
    """Returns the modules of an SVG of horizontal strokes, without the quiet zone, read from the drawing alone."""
    size = int(re.findall(r'viewBox="0 0 (\d+) \1"', svg)[0])
    grid = [[False] * size for _ in range(size)]
    x, y = 0.0, 0.0
    (path,) = re.findall(r'class="qrline"[^>]*d="([^"]+)"|d="(M[^"]+)"[^>]*class="qrline"', svg) or [("", "")]
    for command, arguments in re.findall(r"([Mmh])([-\d. ]+)", "".join(path)):
        numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", arguments)]
        if command == "M":
            x, y = numbers
        elif command == "m":
            x, y = x + numbers[0], y + numbers[1]
        else:
            for step in range(int(numbers[0])):
                grid[int(y)][int(x) + step] = True
            x += numbers[0]
    return [row[4:-4] for row in grid[4:-4]]


def test_read_pdf_shows_event_attendee_and_code_on_a_page_each(anonymous: Client, shop: str, free: str) -> None:
    made = order(anonymous, shop, free, 2)
    names = [{"number": 1, "name": "Žofie Nováková"}, {"number": 2, "name": "Ἑλένη Жукова"}]
    assert anonymous.patch(place(made, "/attendees"), {"attendees": names}, if_match="*").status == 200
    reply = anonymous.get(place(made, "/tickets.pdf"), accept=PDF)
    assert (reply.status, reply.headers["content-type"]) == (200, PDF)
    assert reply.headers["content-disposition"] == f'inline; filename="tickets-{made.json["id"]}.pdf"'
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(reply.body)).pages]
    for number, (text, who, code) in enumerate(zip(pages, names, codes(made), strict=True), start=1):
        assert "Alpine Python Days" in text
        assert "Friday 11 June 2027, 09:00 to Saturday 12 June 2027, 18:00 (CEST)" in " ".join(text.split())
        assert "Kursaal, Bern" in text
        assert f"Day ticket\nTicket {number}\n" in text
        assert who["name"] in text
        assert "".join(text.split()[-2:]) == code
    assert anonymous.get(place(made, "/tickets.pdf"), accept=PDF, if_none_match=reply.etag).status == 304
    assert anonymous.get(place(made, "/tickets.pdf"), accept=PDF).body == reply.body


def test_read_pdf_without_asking_for_one_is_a_problem(anonymous: Client, shop: str, free: str) -> None:
    reply = anonymous.get(place(order(anonymous, shop, free), "/tickets.pdf"), accept="text/html")
    assert (reply.status, reply.code) == (400, "not_acceptable")


@pytest.mark.parametrize(
    ("facts", "state", "code"),
    [
        (REFUNDED, "void", "ticket_void"),
        ({"dispute": Dispute.LOST}, "void", "ticket_void"),
        ({"dispute": Dispute.OPEN}, "suspended", "ticket_suspended"),
    ],
)
def test_read_tickets_that_are_not_valid_gives_neither_qr_nor_pdf(  # noqa: PLR0917 - fixtures
    anonymous: Client, shop: str, free: str, facts: dict[str, Any], state: str, code: str
) -> None:
    made = order(anonymous, shop, free, 1)
    change_facts(made, **facts)
    (item,) = anonymous.get(place(made, "/tickets")).json["items"]
    assert (item["state"], item["links"]) == (state, {"qr": None})
    replies = [
        anonymous.get(place(made, "/tickets/1/qr.svg")),
        anonymous.get(place(made, "/tickets.pdf"), accept=PDF),
        anonymous.patch(
            place(made, "/attendees"), {"attendees": [{"number": 1, "name": "Grace Hopper"}]}, if_match="*"
        ),
    ]
    assert [(reply.status, reply.code) for reply in replies] == [(409, code)] * 3


def test_change_attendee_gives_that_ticket_a_new_code_and_leaves_the_others(
    anonymous: Client, shop: str, free: str
) -> None:
    made = order(anonymous, shop, free, 3)
    before = codes(made)
    reply = anonymous.patch(
        place(made, "/attendees"), {"attendees": [{"number": 2, "name": "Grace Hopper"}]}, if_match="*"
    )
    assert [item["attendee"]["name"] for item in reply.json["items"]] == [
        "Ada Lovelace",
        "Grace Hopper",
        "Ada Lovelace",
    ]
    after = codes(made)
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True]
    back = {"number": 2, "name": "Ada Lovelace", "email": "ada@example.org"}
    anonymous.patch(place(made, "/attendees"), {"attendees": [back]}, if_match="*")
    assert codes(made)[1] not in (before[1], after[1])


def test_change_attendee_needs_the_version_that_was_seen(anonymous: Client, shop: str, free: str) -> None:
    made = order(anonymous, shop, free, 1)
    seen = anonymous.get(place(made, "/tickets")).etag
    form = {"attendees": [{"number": 1, "name": "Grace Hopper"}]}
    assert anonymous.patch(place(made, "/attendees"), form).status == 428
    changed = anonymous.patch(place(made, "/attendees"), form, if_match=seen)
    assert (changed.status, changed.etag) == (200, anonymous.get(place(made, "/tickets")).etag)
    form["attendees"][0]["name"] = "Mary Somerville"
    stale = anonymous.patch(place(made, "/attendees"), form, if_match=seen)
    assert (stale.status, stale.json["current"]) == (412, {"etag": changed.etag, "representation": changed.json})


def test_change_attendee_to_the_same_one_changes_nothing(anonymous: Client, shop: str, free: str) -> None:
    made = order(anonymous, shop, free, 2)
    before = codes(made), anonymous.get(place(made, "/tickets")).etag
    same = {"number": 1, "name": "Ada Lovelace", "email": "ada@example.org"}
    reply = anonymous.patch(place(made, "/attendees"), {"attendees": [same]}, if_match="*")
    assert (reply.status, codes(made), reply.etag) == (200, *before)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"attendees": []}, 422),
        ({"attendees": [{"number": 3, "name": "A"}]}, 422),
        ({"attendees": [{"number": 0, "name": "A"}]}, 422),
        ({"attendees": [{"number": 1, "name": ""}]}, 422),
        ({"attendees": [{"number": 1, "name": "A"}, {"number": 1, "name": "B"}]}, 422),
        ({"attendees": [{"number": 1, "name": "A", "email": "nonsense"}]}, 422),
        ({"attendees": [{"number": 1, "name": "A", "code": "X"}]}, 400),
        ({"attendees": [{"number": 1}]}, 422),
        ({"attendees": [{"number": n, "name": "A"} for n in range(1, 52)]}, 422),
        ([], 422),
    ],
)
def test_change_attendees_with_a_bad_form_changes_nothing(
    anonymous: Client, shop: str, free: str, form: Any, status: int
) -> None:
    made = order(anonymous, shop, free, 2)
    before = codes(made)
    assert (anonymous.patch(place(made, "/attendees"), form, if_match="*").status, codes(made)) == (status, before)


def test_codes_are_in_no_answer_but_the_qr_and_the_pdf(anonymous: Client, shop: str, free: str) -> None:
    made = order(anonymous, shop, free, 1)
    (code,) = codes(made)
    paths = ["", "/tickets"]
    assert [code.rpartition("-")[2] in json.dumps(anonymous.get(place(made, one)).json) for one in paths] == [False] * 2

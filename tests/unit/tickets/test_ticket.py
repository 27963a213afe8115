"""Tickets and codes: one set per order, states from facts, and codes that cannot be forged."""

import string
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.errors import InvalidInput
from chalicelib.core.ids import ALPHABET, make_ulid
from chalicelib.core.money import Money
from chalicelib.orders.domain.order import Attendee, Buyer, Line, Order, OrderRecord, links_of
from chalicelib.orders.domain.order_state import Dispute, Ended, Facts, state_of
from chalicelib.tickets.domain.ticket import (
    AttendeeChange,
    Code,
    TicketState,
    parse_code,
    parse_name,
    ticket_for,
    tickets_of,
    with_attendees,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ORDER, EVENT = make_ulid(1, b"order" * 2), make_ulid(2, b"event" * 2)
DAY, DINNER = make_ulid(3, b"daytk" * 2), make_ulid(4, b"dinnr" * 2)
PAID = Facts(issued=True, charge_id="ch_1", charged=5000)
ALPHANUMERIC = set(string.digits + string.ascii_uppercase + " $%*+-./:")


def record_of(facts: Facts = PAID, *, secret: str | None = "secret", **changes: Any) -> OrderRecord:
    """Returns an order of two day tickets and a dinner."""
    price = Money(amount=2500, currency="EUR")
    order = Order(
        id=ORDER,
        event_id=EVENT,
        state=state_of(facts),
        lines=[
            Line(ticket_type_id=DAY, name="Day ticket", quantity=2, price=price),
            Line(ticket_type_id=DINNER, name="Dinner", quantity=1, price=price),
        ],
        total=Money(amount=7500, currency="EUR"),
        buyer=Buyer(name="Ada Lovelace", email="ada@example.org"),
        created_at=NOW,
        updated_at=NOW,
        links=links_of(ORDER),
    )
    record = OrderRecord(order=order, version=3, deadline=0, allocation=(), facts=facts, ticket_secret=secret)
    return replace(record, **changes)


def codes(record: OrderRecord) -> list[str]:
    return [ticket.code for ticket in tickets_of(record)]


def letters(text: str) -> str:
    """Returns the significant characters of a code, as Crockford's base 32 reads them."""
    plain = "".join(one for one in text if one.isascii() and one.isalnum())
    return plain.upper().replace("O", "0").replace("I", "1").replace("L", "1")


def is_genuine(text: str, record: OrderRecord) -> bool:
    code = parse_code(text)
    return code is not None and code.order_id == record.id and ticket_for(code, record) is not None


def test_tickets_count_over_all_lines_and_fall_to_the_buyer_without_attendees() -> None:
    record = record_of(attendees=[Attendee(name="Grace Hopper")])
    shown = [(t.number, t.ticket_type_id, t.ticket_type, t.attendee) for t in tickets_of(record)]
    ada = Attendee(name="Ada Lovelace", email="ada@example.org")
    assert shown == [
        (1, DAY, "Day ticket", Attendee(name="Grace Hopper")),
        (2, DAY, "Day ticket", ada),
        (3, DINNER, "Dinner", ada),
    ]


def test_tickets_are_the_same_however_often_they_are_asked_for() -> None:
    assert tickets_of(record_of()) == tickets_of(record_of())
    assert len(set(codes(record_of()))) == 3


@pytest.mark.parametrize("record", [record_of(Facts()), record_of(Facts(pending=True)), record_of(secret=None)])
def test_tickets_of_an_unpaid_order_are_none(record: OrderRecord) -> None:
    assert tickets_of(record) == []


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (PAID, TicketState.VALID),
        (replace(PAID, refunded=100), TicketState.VALID),
        (replace(PAID, dispute=Dispute.OPEN), TicketState.SUSPENDED),
        (replace(PAID, dispute=Dispute.OPEN, refunded=100), TicketState.SUSPENDED),
        (replace(PAID, dispute=Dispute.OPEN, refunded=5000), TicketState.VOID),
        (replace(PAID, dispute=Dispute.LOST), TicketState.VOID),
        (replace(PAID, refunded=5000), TicketState.VOID),
        (replace(PAID, ended=Ended.CANCELLED), TicketState.VOID),
        (replace(PAID, ended=Ended.CANCELLED, dispute=Dispute.OPEN), TicketState.VOID),
        (replace(PAID, held_back=True), TicketState.VOID),
    ],
)
def test_ticket_state_follows_from_the_facts(facts: Facts, state: TicketState) -> None:
    assert [ticket.state for ticket in tickets_of(record_of(facts))] == [state] * 3


def test_code_fits_the_alphanumeric_mode_and_has_128_bits() -> None:
    for number, code in enumerate(codes(record_of()), start=1):
        order_id, shown, mac = code.split("-")
        assert (order_id, shown, len(mac)) == (ORDER, str(number), 26)
        assert set(code) <= ALPHANUMERIC
    assert 5 * 26 >= 128


def test_code_depends_on_secret_event_order_and_number() -> None:
    record = record_of()
    others = [
        record_of(secret="other"),
        replace(record, order=replace(record.order, event_id=DAY)),
        replace(record, order=replace(record.order, id=EVENT)),
    ]
    macs = [code.rpartition("-")[2] for one in (record, *others) for code in codes(one)]
    assert len(set(macs)) == 12


@settings(max_examples=300)
@given(data=st.data())
def test_code_with_any_character_changed_is_unknown(data: st.DataObject) -> None:
    record = record_of()
    code = codes(record)[data.draw(st.integers(0, 2))]
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from(ALPHABET + "-ILOU%éſ").filter(lambda one: one != code[place]))
    changed = code[:place] + other + code[place + 1 :]
    assert is_genuine(changed, record) == (letters(changed) == letters(code))


@settings(max_examples=300)
@given(
    data=st.data(),
    edit=st.sampled_from(["drop", "double", "swap", "cut", "extend"]),
)
def test_code_that_was_edited_is_unknown(data: st.DataObject, edit: str) -> None:
    record = record_of()
    code = codes(record)[0]
    place = data.draw(st.integers(0, len(code) - 2))
    edited = {
        "drop": code[:place] + code[place + 1 :],
        "double": code[: place + 1] + code[place:],
        "swap": code[:place] + code[place + 1] + code[place] + code[place + 2 :],
        "cut": code[:place],
        "extend": code + data.draw(st.text(string.printable, min_size=1)),
    }[edit]
    assert is_genuine(edited, record) == (letters(edited) == letters(code))


@settings(max_examples=300)
@given(number=st.integers(1, 999), mac=st.text(ALPHABET, min_size=26, max_size=26))
def test_code_with_a_guessed_mac_is_unknown(number: int, mac: str) -> None:
    assert ticket_for(Code(ORDER, number, mac), record_of()) is None


@given(text=st.text() | st.text(ALPHABET + "-", max_size=120))
def test_parse_code_of_any_text_raises_nothing(text: str) -> None:
    assert parse_code(text) is None or is_genuine(text, record_of()) is False


@pytest.mark.parametrize("shape", [str.lower, str.upper, lambda code: f"\t{code} \r\n"])
def test_parse_code_takes_what_keyboards_and_scanners_make_of_it(shape: Any) -> None:
    assert is_genuine(shape(codes(record_of())[0]), record_of())


@pytest.mark.parametrize(
    "text", [f"{ORDER}-0", f"{ORDER}-01", f"{ORDER}-1000", f"{ORDER.lower()}-1", f"{ORDER}-1-", ""]
)
def test_parse_name_of_anything_else_is_none(text: str) -> None:
    assert parse_name(text) is None
    assert parse_name(f"{ORDER}-12") == (ORDER, 12)


def change(number: int, name: str, email: str | None = None) -> AttendeeChange:
    return AttendeeChange(number=number, name=name, email=email)


def test_with_attendees_kills_the_old_code_for_good() -> None:
    first = record_of()
    second, moved = with_attendees(first, [change(2, "Grace Hopper")])
    assert (moved, second.version, [t.attendee.name for t in tickets_of(second)]) == (
        [2],
        first.version + 1,
        ["Ada Lovelace", "Grace Hopper", "Ada Lovelace"],
    )
    third, _ = with_attendees(second, [change(2, "Ada Lovelace", "ada@example.org"), change(3, "Grace Hopper")])
    old, new, newest = codes(first), codes(second), codes(third)
    assert len({old[1], new[1], newest[1]}) == 3
    assert [old[0], old[2], newest[0]] == [new[0], new[2], old[0]]
    assert [is_genuine(code, third) for code in (*old, *new, *newest)] == [
        *(True, False, False),
        *(True, False, False),
        *(True, True, True),
    ]


def test_with_attendees_of_before_is_the_same_order() -> None:
    record = record_of()
    assert with_attendees(record, [change(1, "Ada Lovelace", "ada@example.org")]) == (record, [])


def test_with_attendees_of_no_such_ticket_is_refused_with_every_place() -> None:
    with pytest.raises(InvalidInput) as refused:
        with_attendees(record_of(), [change(1, "A"), change(4, "B"), change(9, "C")])
    assert [violation.pointer for violation in refused.value.violations] == [
        "/attendees/1/number",
        "/attendees/2/number",
    ]

"""Who comes to an event: one row a ticket, which were used, and where a page goes on inside an order."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.check_in.domain.check_in import Act, Admission
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.pagination import Page, make_cursor
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.order import Attendee, OrderRecord
from chalicelib.reports.services.list_attendees import COLUMNS, ListAttendees
from chalicelib.representations.rows import Filters
from tests.unit.accounts.fake_authorise import FakeAuthorise
from tests.unit.orders.builders import MOMENT, PAID, record

STAFF, EDITOR, STRANGER = (Principal(name, "f") for name in ("staff", "editor", "stranger"))
ALL_OF_IT, NO_FILTERS = Page(), Filters()
CAME, UNDONE = Act(admitted=True, at=MOMENT, by="gate"), Act(admitted=False, at=MOMENT, by="gate")


def cursor_key() -> bytes:
    return b"key"


def sold(order_id: str, **changes: Any) -> OrderRecord:
    made = record(**{"facts": PAID, "ticket_secret": "secret", **changes})
    return replace(made, order=replace(made.order, id=order_id))


class World:
    """The service over these orders of two tickets each; `fetched` is what was read of them, step by step."""

    def __init__(self, *orders: OrderRecord, used: dict[tuple[str, int], list[Act]] | None = None) -> None:
        self.orders = {one.id: one for one in orders}
        self.used = used or {}
        self.fetched: list[list[str]] = []
        everything: Any = self
        authorise: Any = FakeAuthorise(staff="registrar", editor="moderator")
        self.service = ListAttendees(admissions=everything, view=everything, authorise=authorise, key=cursor_key)

    def list_order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        return [id for id in self.orders if id > after][:limit]

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        self.fetched.append(list(order_ids))
        return {id: self.orders[id] for id in order_ids if id in self.orders}

    def load_between(self, event_id: str, first_order: str, last_order: str) -> list[Admission]:
        return [
            Admission(event_id="E", order_id=id, number=number, ticket_type_id="T", acts=acts)
            for (id, number), acts in self.used.items()
            if first_order <= id <= last_order
        ]

    def listed(self, page: Page = ALL_OF_IT, filters: Filters = NO_FILTERS) -> tuple[list[str], str | None]:
        body = json.loads(self.service.list_attendees("E", page, filters, caller=STAFF).load()[1])
        return [f"{one['order_id']}-{one['number']}" for one in body["items"]], body["next_cursor"]


def cursor(after: str) -> str:
    return make_cursor(after, scope="E/attendees", key=cursor_key)


def test_list_attendees_has_each_ticket_in_the_order_of_the_orders() -> None:
    world = World(sold("A"), sold("B"))
    assert world.listed() == (["A-1", "A-2", "B-1", "B-2"], None)
    assert world.fetched == [["A", "B"]]


def test_list_a_page_goes_on_inside_an_order() -> None:
    world = World(sold("A"), sold("B"))
    assert world.listed(Page(3)) == (["A-1", "A-2", "B-1"], cursor("B#001"))
    assert world.listed(Page(3, "B#001")) == (["B-2"], None)
    assert world.fetched[1:] == [["B"]]


def test_list_more_orders_than_one_step_fetches_step_by_step() -> None:
    names = [f"{number:03d}" for number in range(101)]
    world = World(*map(sold, names))
    assert len(world.listed(Page(500))[0]) == 202
    assert world.fetched == [names[:100], names[100:]]


def test_list_behind_an_order_that_is_gone_goes_on_with_the_next() -> None:
    world = World(sold("A"), sold("C"))
    assert world.listed(Page(3, "B#001")) == (["C-1", "C-2"], None)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filters(state="valid"), ["A-1", "A-2"]),
        (Filters(state="void"), ["BX-1", "BX-2"]),
        (Filters(q="grace"), ["A-2"]),
        (Filters(q="g@exa"), ["A-2"]),
        (Filters(q="bx"), ["BX-1", "BX-2"]),
        (Filters("void", "grace"), []),
    ],
)
def test_list_attendees_has_those_that_the_filters_name(filters: Filters, names: list[str]) -> None:
    people = [Attendee(name="Ada"), Attendee(name="Grace", email="g@example.org")]
    world = World(sold("A", attendees=people), sold("BX", facts=replace(PAID, refunded=5000)))
    assert world.listed(filters=filters)[0] == names


def test_export_attendees_says_when_each_came_and_passes_over_an_undone_scan() -> None:
    world = World(sold("A"), used={("A", 1): [CAME], ("A", 2): [CAME, UNDONE]})
    sheet = world.service.export_attendees("E", ALL_OF_IT, NO_FILTERS, caller=STAFF)
    rows = list(csv.DictReader(io.StringIO(sheet.found.load()[1].removeprefix("\ufeff"))))
    first = {
        "order_id": "A",
        "number": "1",
        "ticket_type": "Day",
        "name": "Ada",
        "email": "ada@example.org",
        "state": "valid",
        "checked_in_at": "2030-01-01T00:00:00Z",
    }
    assert tuple(rows[0]) == COLUMNS
    assert rows == [first, first | {"number": "2", "checked_in_at": ""}]


def test_export_a_page_of_attendees_is_continued_by_its_cursor() -> None:
    sheet = World(sold("A")).service.export_attendees("E", Page(1), NO_FILTERS, caller=STAFF)
    assert (sheet.next_cursor, sheet.found.tag[-5:]) == (cursor("A#001"), "-more")


@pytest.mark.parametrize("verb", ["list_attendees", "export_attendees"])
@pytest.mark.parametrize(("caller", "error"), [(EDITOR, Forbidden), (STRANGER, NotFound)])
def test_list_and_export_by_who_may_not_read_orders_is_refused(
    verb: str, caller: Principal, error: type[Exception]
) -> None:
    with pytest.raises(error):
        getattr(World().service, verb)("E", ALL_OF_IT, NO_FILTERS, caller=caller)

"""Who gets an offer when tickets come free."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from chalicelib.catalog.domain.ticket_type import TicketType
from chalicelib.catalog.ports import Lost, StoredTicketType
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.errors import Busy, InvalidInput, SoldOut, Violation
from chalicelib.core.money import Money
from chalicelib.orders.ports import SaleChange
from chalicelib.orders.services.draft_order import DraftOrder
from chalicelib.orders.services.hold_stock import TermsChanged
from chalicelib.waiting_list.domain.entry import Entry, EntryState
from chalicelib.waiting_list.ports import Offer, Queue, StoredEntry
from chalicelib.waiting_list.services.offer_tickets import OfferTickets
from tests.unit.orders.builders import MOMENT, TELLING, clock_at
from tests.unit.website.builders import event

ENDS = event().ends_at.timestamp()
NOW = ENDS - 24 * 3600
OFFER_SECONDS = 7200


def entry(id: str) -> Entry:
    return Entry(
        id=id,
        event_id="E",
        ticket_type_id="T",
        quantity=2,
        name="Ada",
        email=f"{id}@example.org",
        state=EntryState.WAITING,
        created_at=MOMENT,
        updated_at=MOMENT,
    )


class World:
    """One ticket type with a waiting list; the next holds end as planned (None: the tickets are held)."""

    def __init__(
        self, *waiting: str, holds: tuple[Exception | None, ...] = (), public: bool = True, **more: Any
    ) -> None:
        self.entries = {id: StoredEntry(entry(id)) for id in waiting}
        self.holds, self.ended, self.orders = list(holds), False, list[SaleChange]()
        self.lapsed: list[Offer] = []
        self.forgotten: list[str] = []
        price = Money(amount=2500, currency="CHF")
        ticket = TicketType(id="T", name="Day", price=price, quantity=9, created_at=MOMENT, updated_at=MOMENT)
        self.stored = StoredTicketType("T", "tag", msgspec.json.encode(ticket).decode(), False, 1, waiting=True)
        shown = SimpleNamespace(body=msgspec.json.encode(event()).decode()) if public else None
        ids: Any = SimpleNamespace(new_id=lambda: f"O{len(self.orders)}", new_secret=lambda: "secret")
        parts: dict[str, Any] = {
            "lists": self,
            "view": SimpleNamespace(load_ticket_type=lambda *asked, consistent: self.stored),
            "representations": SimpleNamespace(event=lambda event_id, view: shown),
            "hold_stock": SimpleNamespace(hold_stock=self.hold_stock),
            "release": lambda order_id: order_id != "stuck",
        }
        self.service = OfferTickets(
            draft_order=DraftOrder(ids, lambda: b"k" * 32),
            order_messages=TELLING,
            clock=clock_at(more.get("now", NOW)),
            ids=ids,
            offer_seconds=OFFER_SECONDS,
            **parts,
        )

    def load_queue(self, event_id: str, ticket_type_id: str) -> Queue | None:
        return None if self.ended else Queue("E", "T", len(self.entries))

    def list_queues(self) -> list[Queue]:
        return [Queue("E", "T", 1)]

    def load_first(self, ticket_type_id: str) -> str | None:
        waiting = [id for id, one in self.entries.items() if one.entry.state is EntryState.WAITING]
        return waiting[0] if waiting else None

    def load_entry(self, event_id: str, id: str) -> StoredEntry:
        return self.entries[id]

    def hold_stock(self, change: SaleChange, demands: object, *, write: Any) -> None:
        failure = self.holds.pop(0) if self.holds else None
        if failure:
            raise failure
        write(change)

    def offer(self, change: SaleChange, after: StoredEntry, *, member: str) -> None:
        self.orders.append(change)
        self.step(after, member=member)

    def step(self, after: StoredEntry, *, member: str) -> None:
        self.entries[after.entry.id] = after

    def end(self, queue: Queue, stored: StoredTicketType) -> None:
        self.ended = True

    def list_offers(self, *, until: int) -> list[Offer]:
        return self.lapsed

    def forget(self, offer: Offer) -> None:
        self.forgotten.append(offer.order_id)

    @property
    def states(self) -> list[str]:
        return [one.entry.state.value for one in self.entries.values()]


def test_offer_to_everybody_in_turn_and_then_to_the_public() -> None:
    world = World("a", "b")
    assert (world.service.offer_tickets("E", "T"), world.states, world.ended) == (2, ["offered", "offered"], True)
    assert [change.after.offer for change in world.orders] == ["a", "b"]
    assert {change.after.deadline for change in world.orders} == {int(NOW) + OFFER_SECONDS}


def test_offer_keeps_what_is_too_little_for_the_first_from_the_second() -> None:
    world = World("a", "b", holds=(SoldOut("short"),))
    assert (world.service.offer_tickets("E", "T"), world.states, world.ended) == (0, ["waiting", "waiting"], False)


def test_offer_passes_over_who_may_have_no_more() -> None:
    world = World("a", "b", holds=(InvalidInput([Violation("/lines", "one buyer may have 2")]), None))
    assert (world.service.offer_tickets("E", "T"), world.states) == (1, ["passed_over", "offered"])


@pytest.mark.parametrize("lost", [TermsChanged(), Lost(frozenset({"place"}))])
def test_offer_that_another_worker_overtook_looks_again(lost: Exception) -> None:
    world = World("a", holds=(lost, None))
    assert (world.service.offer_tickets("E", "T"), world.states) == (1, ["offered"])


def test_offer_lasts_no_longer_than_the_sale() -> None:
    world = World("a", now=ENDS - 60)
    world.service.offer_tickets("E", "T")
    assert world.orders[0].after.deadline == ENDS


def test_offer_after_the_sale_passes_everybody_over() -> None:
    world = World("a", "b", now=ENDS)
    assert (world.service.offer_tickets("E", "T"), world.states) == (0, ["passed_over", "passed_over"])


def test_offer_at_an_event_that_is_hidden_waits() -> None:
    world = World("a", public=False)
    assert (world.service.offer_tickets("E", "T"), world.states) == (0, ["waiting"])


@pytest.mark.parametrize("failure", [Busy("busy"), KeyError("bug")])
def test_run_that_fails_for_one_type_goes_on(failure: Exception) -> None:
    world = World("a", holds=(failure,))
    assert (world.service.run(), world.states) == (0, ["waiting"])
    assert world.service.run() == 1


def test_run_ends_lapsed_offers_and_forgets_those_that_are_settled() -> None:
    world = World()
    world.lapsed = [Offer("stuck", 0), Offer("over", 0)]
    world.service.run()
    assert world.forgotten == ["over"]


def test_run_without_time_begins_nothing() -> None:
    world = World("a")
    world.lapsed = [Offer("over", 0)]
    assert (world.service.run(until=NOW), world.forgotten, world.states) == (0, [], ["waiting"])


@pytest.mark.parametrize(
    ("before", "after", "made"),
    [
        ({"left": 0}, {"left": 2, "awaited_in": "E"}, 1),
        (None, {"left": 2, "awaited_in": "E"}, 1),
        ({"left": 2}, {"left": 1, "awaited_in": "E"}, 0),
        ({"left": 2}, {"left": 2, "awaited_in": "E"}, 0),
        ({"left": 0}, {"left": 2}, 0),
        ({"left": 2}, None, 0),
    ],
)
def test_react_to_stock_that_came_free_for_who_waits(
    before: dict[str, Any] | None, after: dict[str, Any] | None, made: int
) -> None:
    world = World("a")
    world.service.on_changes([Change(ChangeKind.CHANGED, "STOCK", "STOCK#T#000", before, after)])
    assert len(world.orders) == made

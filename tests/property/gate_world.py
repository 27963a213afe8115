"""A check-in in memory: the server's own rules over plain dictionaries, and what each of its devices knows.

An offline device must judge as the server would with the same knowledge. So a device is a server too (`Known`): the
same services over the data that reached it. Orders of several tickets never change; orders of one ticket do.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.catalog.ports import Lost
from chalicelib.check_in.domain.check_in import Admission, news_of
from chalicelib.check_in.services.check_people_in import CheckPeopleIn
from chalicelib.check_in.services.read_check_ins import ReadCheckIns
from chalicelib.core.ids import ALPHABET, make_ulid
from chalicelib.core.money import Money
from chalicelib.core.pagination import Page
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.order import Buyer, Line, Order, OrderRecord, links_of, moved_on
from chalicelib.orders.domain.order_state import Dispute, Facts, state_of
from chalicelib.tickets.domain.ticket import (
    AttendeeChange,
    Ticket,
    parse_code,
    parse_name,
    ticket_for,
    tickets_of,
    with_attendees,
)

START = 1_800_000_000.0
PAID = Facts(issued=True, charge_id="ch_1", charged=5000)
REFUNDED = replace(PAID, refunded=5000)
DISPUTED = replace(PAID, dispute=Dispute.OPEN)
STAFF = Principal("staff", "family")
Key = tuple[str, int]


@dataclass
class Clock:
    """A clock that the test moves."""

    at: float = START

    def now(self) -> float:
        """Returns Unix seconds."""
        return self.at


class Anybody:
    """Permissions that allow everything."""

    def require(self, *_: object) -> None:
        """Never raises."""


class Known:
    """The orders and admissions that a server or a device knows. The ports `Orders`, `Admissions` and `GateView`."""

    def __init__(self, clock: Clock) -> None:
        self.stored: dict[str, OrderRecord] = {}
        self.admissions: dict[Key, Admission] = {}
        parts: dict[str, Any] = {"admissions": self, "view": self, "authorise": Anybody()}
        self.check_people_in = CheckPeopleIn(orders=self, clock=clock, **parts)  # type: ignore[arg-type]
        self.read_check_ins = ReadCheckIns(sales=self, key=lambda: b"key", **parts)  # type: ignore[arg-type]

    def load_order(self, order_id: str) -> OrderRecord | None:
        """Returns an order; None when it is unknown."""
        return self.stored.get(order_id)

    def find(self, event_id: str, order_id: str, number: int) -> Admission | None:
        """Returns what is known about a ticket's admission."""
        return self.admissions.get((order_id, number))

    def write(self, after: Admission, *, before: Admission | None, order: OrderRecord | None) -> None:
        """Stores another step of an admission."""
        key = (after.order_id, after.number)
        if self.find(after.event_id, *key) != before:
            raise Lost(frozenset({"admission"}))
        self.keep(key, after)

    def keep(self, key: Key, admission: Admission) -> None:
        """Stores an admission."""
        self.admissions[key] = admission

    def list_order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        """Returns ids of an event's orders, sorted."""
        found = sorted(one for one, record in self.stored.items() if record.order.event_id == event_id)
        return [one for one in found if one > after][:limit]

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        """Returns orders by id."""
        return {one: self.stored[one] for one in order_ids}

    def load_between(self, event_id: str, first: str, last: str) -> list[Admission]:
        """Returns the admissions of orders between two ids."""
        return [one for key, one in self.admissions.items() if first <= key[0] <= last]

    def load_names(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Returns no names."""
        return {}

    def offline(self, event_id: str) -> Any:
        """Returns the list for scanners, as the API does."""
        _, body = self.read_check_ins.list_offline(event_id, Page(limit=500), caller=STAFF).load()
        return msgspec.json.decode(body)


@dataclass
class Flight:
    """A list on its way to a tab: when it was requested, its content, and how many pushes came before."""

    number: int
    listed: list[dict[str, Any]]
    stored: dict[str, OrderRecord]
    admissions: dict[Key, Admission]
    heard: int


class Device(Known):
    """A device: the data that reached it, and its own scans that the server does not know."""

    def __init__(self, clock: Clock, name: str, skew: float) -> None:
        self._clock = Clock()
        super().__init__(self._clock)
        self._server = clock
        self.name = name
        self.skew = skew
        self.own: dict[Key, Admission] = {}
        self.waiting: list[dict[str, str]] = []
        self.taken_back: list[dict[str, str]] = []
        self.flights: dict[int, Flight] = {}
        self.listed: list[dict[str, Any]] = []
        self._fetched = 0
        self._heard: list[tuple[str, OrderRecord, str | None]] = []

    def tick(self) -> str:
        """Returns the device's time in RFC 3339."""
        self._clock.at = self._server.at + self.skew
        return datetime.fromtimestamp(self._clock.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def find(self, event_id: str, order_id: str, number: int) -> Admission | None:
        """Returns the server's admission, or the device's own when it is newer."""
        told = self.admissions.get((order_id, number))
        return told if told is not None and told.stands else self.own.get((order_id, number), told)

    def keep(self, key: Key, admission: Admission) -> None:
        """Stores the device's own scan."""
        self.own[key] = admission

    def hear(self, admission: Admission) -> None:
        """Stores an admission that the server pushed, unless a newer one is known."""
        key = (admission.order_id, admission.number)
        known = self.admissions.get(key)
        if known is None or len(known.acts) < len(admission.acts):
            self.admissions[key] = admission

    def begin_fetch(self, server: Known, event: str, *, tab: int, number: int) -> Any:
        """A tab requests the list. The answer has the server's current state and arrives with `end_fetch`."""
        listed = server.offline(event)
        stored = {one: record for one, record in server.stored.items() if record.order.event_id == event}
        self.flights[tab] = Flight(number, listed["items"], stored, dict(server.admissions), len(self._heard))
        return listed

    def end_fetch(self, tab: int) -> None:
        """The list arrives. Pushes since the request are newer than the list, and so is a list that was requested
        later.
        """
        flight = self.flights.pop(tab)
        if flight.number < self._fetched:
            return
        self._fetched, self.listed, self.stored = flight.number, flight.listed, flight.stored
        known, self.admissions = self.admissions, flight.admissions
        for admission in known.values():
            self.hear(admission)
        for code, record, problem in self._heard[flight.heard :]:
            self._learn(code, record, problem)

    def is_older(self, tab: int) -> bool:
        """Returns whether the list on its way was requested before the one that is stored."""
        return self.flights[tab].number < self._fetched

    def used(self) -> int:
        """Returns how many tickets of the list are used, as far as the server has reported."""
        found = [self.admissions.get(name) for one in self.listed if (name := parse_name(one["ticket"]))]
        return sum(one is not None and one.stands for one in found)

    def hear_of(self, code: str, record: OrderRecord, problem: str | None) -> None:
        """Stores what the server's verdict on a code says about its order."""
        self._heard.append((code, record, problem))
        self._learn(code, record, problem)

    def _learn(self, code: str, record: OrderRecord, problem: str | None) -> None:
        parsed = parse_code(code)
        assert parsed is not None
        mine = self.stored.get(record.id)
        is_known = mine is not None and ticket_for(parsed, mine) is not None
        if problem == "unknown_ticket":
            if is_known:
                del self.stored[record.id]
        elif problem != "already_checked_in" or not is_known:
            self.stored[record.id] = record


@dataclass
class World:
    """An event with its tickets, another event, and two devices."""

    rng: random.Random
    number: int
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.server = Known(self.clock)
        self.event, self.other = (make_ulid(self.number * 2 + one, b"event" * 2) for one in (0, 1))
        skews = self.rng.choice([(0.0, 0.0), (0.0, 95.0), (-40.0, 7_200.0), (-3_000_000.0, 0.0)])
        self.devices = [Device(self.clock, name, skew) for name, skew in zip(("north", "south"), skews, strict=True)]
        self.dead: list[str] = []
        self._tickets: dict[str, list[Ticket]] = {}
        self.late: list[tuple[Device, Admission]] = []
        for _ in range(12):
            self.sell(self.rng.randint(2, 4), self.rng.choice([PAID, PAID, PAID, DISPUTED, REFUNDED]))
        for _ in range(20):
            self.sell(1, PAID)
        for _ in range(3):
            self.sell(2, PAID, event=self.other)

    def tickets(self, event: str | None = None) -> list[Ticket]:
        """Returns all tickets of an event, as the server has them."""
        wanted = event or self.event
        if wanted not in self._tickets:
            records = [one for one in self.server.stored.values() if one.order.event_id == wanted]
            self._tickets[wanted] = [ticket for record in records for ticket in tickets_of(record)]
        return self._tickets[wanted]

    def sell(self, quantity: int, facts: Facts, *, event: str | None = None) -> None:
        """Adds an order; devices get it with their next lists."""
        self._tickets.clear()
        order_id = make_ulid(int(self.clock.at * 1000), self.rng.randbytes(10))
        now = datetime.fromtimestamp(self.clock.at, UTC)
        price = Money(amount=5000, currency="EUR")
        line = Line(ticket_type_id=make_ulid(3, b"type" * 3), name="Day ticket", quantity=quantity, price=price)
        order = Order(
            id=order_id,
            event_id=event or self.event,
            state=state_of(facts),
            lines=[line],
            total=price,
            buyer=Buyer(name=f"Guest {order_id[-4:]}", email="g@example.org"),
            created_at=now,
            updated_at=now,
            links=links_of(order_id),
        )
        kept = {"deadline": 0, "allocation": (), "ticket_secret": self.rng.randbytes(8).hex()}
        self.server.stored[order_id] = OrderRecord(order=order, version=1, facts=facts, **kept)  # type: ignore[arg-type]

    def change(self) -> None:
        """Changes the payment of an order of one ticket, or its ticket's holder."""
        self._tickets.clear()
        singles = [one for one in self.server.stored.values() if one.order.lines[0].quantity == 1]
        record = self.rng.choice(singles)
        used = self.server.admissions.get((record.id, 1))
        if ord(record.id[-1]) % 2:
            facts = self.rng.choice([PAID, DISPUTED, DISPUTED, REFUNDED])
            if record.facts.refunded:
                return  # permanently
            now = datetime.fromtimestamp(self.clock.at, UTC)
            self.server.stored[record.id] = moved_on(record, facts, now=now)
        elif used is None or not used.stands:
            self.dead.append(tickets_of(record)[0].code)
            change = AttendeeChange(number=1, name=f"Heir {self.rng.randint(0, 999)}")
            self.server.stored[record.id], _ = with_attendees(record, [change])

    def pick(self) -> str:
        """Returns a code that somebody may show at the gate."""
        kind = self.rng.random()
        if kind < 0.86:
            return self.rng.choice(self.tickets()).code
        if kind < 0.92 and self.dead:
            return self.rng.choice(self.dead)
        if kind < 0.96:
            return self.rng.choice(self.tickets(self.other)).code
        code = self.rng.choice(self.tickets()).code
        place = self.rng.randrange(len(code))
        return code[:place] + self.rng.choice([*ALPHABET, "U", ""]) + code[place + 1 :]

    def news(self, key: Key) -> dict[str, Any]:
        """Returns the frame that the server pushes about a ticket."""
        told: dict[str, Any] = msgspec.to_builtins(news_of(self.server.admissions[key]))
        return told


def typed(code: str, rng: random.Random) -> str:
    """Returns a code as people type or paste it, possibly with other characters around it."""
    dash = rng.choice(
        [
            "-",
            "-",
            "-\n",
            "- ",
            " ",
            "\u2013",
            "\u2014",
            "\u2011",
            "\u2212",
            "",
            "\u00a0",
            "\u200b-",
            "\ufeff",
            "\u30fc",
        ]
    )
    text = code.replace("-", dash)
    if rng.random() < 0.4:
        text = "".join({"0": rng.choice("0Oo"), "1": rng.choice("1IiLl\u0131\u0130")}.get(one, one) for one in text)
    if rng.random() < 0.3:
        text = text.lower()
    if rng.random() < 0.1:
        text = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)
    if rng.random() < 0.05:
        place = rng.randrange(len(text) + 1)
        text = (
            text[:place]
            + chr(rng.choice([rng.randrange(0x20, 0xD800), rng.randrange(0xE000, 0x11_0000)]))
            + text[place:]
        )
    if rng.random() < 0.02:
        text = text + " " * rng.randrange(200)
    return rng.choice(["", "", " ", "\t"]) + text + rng.choice(["", "", "\n", "\r\n"])

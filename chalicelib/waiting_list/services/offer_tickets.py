"""Tickets that come free go to who waits, first come first served. Called by the sales stream and a timer.

An offer is an order with a longer deadline, made for the first in line as soon as there are enough tickets for it; it
is written with the step of the entry, so of two workers one makes it. While somebody waits nobody else may take the
type's tickets (waiting_list/services/join_waiting_list.py); what is kept for the first in line goes to no second.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec

from chalicelib import telemetry
from chalicelib.catalog.domain.ticket_type import TicketType
from chalicelib.catalog.ports import CatalogView, Lost, StoredTicketType
from chalicelib.content.domain.event import Event
from chalicelib.content.domain.views import revive
from chalicelib.core.changes import Change
from chalicelib.core.errors import Busy, InvalidInput, SoldOut, UpstreamFailed
from chalicelib.core.kinds import Kind, View
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.run_parallel import Share, run_parallel
from chalicelib.core.times import moment
from chalicelib.orders.domain.basket import check_total
from chalicelib.orders.domain.order import Buyer, Line
from chalicelib.orders.ports import SaleChange
from chalicelib.orders.services.demands import demands_of_buyer, demands_of_type
from chalicelib.orders.services.draft_order import DraftOrder, Wish
from chalicelib.orders.services.hold_stock import HoldStock, TermsChanged
from chalicelib.orders.services.order_messages import OrderMessages
from chalicelib.representations.ports import Representations
from chalicelib.waiting_list.domain.entry import EntryState
from chalicelib.waiting_list.ports import Offer, Queue, StoredEntry, WaitingLists
from chalicelib.waiting_list.services.join_waiting_list import member_of, moved_to

MOST_OFFERS = 100
"""Offers one run makes for a type; the next run goes on."""
RUN_SECONDS = 57
"""How long a run of the timer, which comes every minute, begins new work."""
LEFT_FOR_OFFERS_SECONDS = 15
"""Of these; so much is not spent on offers that lapse."""
AT_ONCE = 4
"""Lapsed offers that are ended in parallel."""
Thing = TypeVar("Thing")
Release = Callable[[str], bool]
"""Ends the hold of an order that is over, by id. Whether the order is settled."""


class OfferTickets:
    def __init__(
        self,
        *,
        lists: WaitingLists,
        view: CatalogView,
        representations: Representations,
        hold_stock: HoldStock,
        draft_order: DraftOrder,
        order_messages: OrderMessages,
        release: Release,
        clock: Clock,
        ids: Ids,
        offer_seconds: int,
    ) -> None:
        self._lists = lists
        self._view = view
        self._representations = representations
        self._hold_stock = hold_stock
        self._draft_order = draft_order
        self._order_messages = order_messages
        self._release = release
        self._clock = clock
        self._ids = ids
        self._offer_seconds = offer_seconds

    def run(self, *, until: float | None = None) -> int:
        """End offers whose time is over, then offer what is free to who waits; begin nothing after `until` (Unix
        seconds, by default RUN_SECONDS from now). How many offers were made. Each run begins at another place, so that
        those it has no time for are not the same each time.
        """
        now = self._clock.now()
        until, turn = until or now + RUN_SECONDS, int(now) // 60
        lapsed = {offer.order_id: offer for offer in self._lists.list_offers(until=int(now))}
        self._end_lapsed(lapsed, until - LEFT_FOR_OFFERS_SECONDS, turn)
        made = 0
        for queue in _turned(self._lists.list_queues(), turn):
            if self._clock.now() >= until:
                telemetry.log("queues_left_for_the_next_run")
                break
            made += self._attempt(queue)
        return made

    def _attempt(self, queue: Queue) -> int:
        """Offers of one type; what goes wrong with it keeps no other from its turn."""
        try:
            return self.offer_tickets(queue.event_id, queue.ticket_type_id)
        except (Busy, UpstreamFailed) as failure:
            telemetry.log("offers_not_made", ticket_type_id=queue.ticket_type_id, code=failure.code)
        except Exception:  # noqa: BLE001 - the timer's boundary is one type
            telemetry.failure("offers_not_made", ticket_type_id=queue.ticket_type_id)
        return 0

    def _end_lapsed(self, lapsed: Mapping[str, Offer], until: float, turn: int) -> None:
        shares = [Share(_turned(list(lapsed), turn), AT_ONCE)]
        (ended,) = run_parallel(shares, lambda id: self._end_offer(lapsed[id]), clock=self._clock, until=until)
        if lapsed:
            counts = {"ended": len(ended.done), "failed": len(ended.failed), "waiting": len(ended.waiting)}
            telemetry.log("offers_lapsed", **counts)

    def _end_offer(self, offer: Offer) -> bool:
        if not self._release(offer.order_id):
            return False
        try:
            self._lists.forget(offer)
        except Exception:  # noqa: BLE001 - the timer's boundary is one offer
            telemetry.failure("offer_not_forgotten", order_id=offer.order_id)
            return False
        return True

    def on_changes(self, changes: list[Change]) -> None:
        """React to the sales stream: stock that people wait for has come free. Raises Busy."""
        freed = {
            (str(change.after["awaited_in"]), change.owner.partition("#")[0])
            for change in changes
            if change.after and change.after.get("awaited_in") and _left(change.after) > _left(change.before)
        }
        for event_id, ticket_type_id in sorted(freed):
            self.offer_tickets(event_id, ticket_type_id)

    def offer_tickets(self, event_id: str, ticket_type_id: str) -> int:
        """Make offers of a type while there are tickets and people who wait; when there are none of these any more,
        the type is for everybody again. How many were made. Raises Busy.
        """
        made = 0
        while made < MOST_OFFERS:
            queue = self._lists.load_queue(event_id, ticket_type_id)
            if queue is None:
                return made
            first = self._lists.load_first(ticket_type_id)
            stored = self._view.load_ticket_type(event_id, ticket_type_id, consistent=True)
            if stored is None:
                return made
            if first is None:
                self._end(queue, stored)
                continue
            entry = self._lists.load_entry(event_id, first)
            outcome = None if entry is None else self._offer(entry, stored)
            if outcome is None:
                return made
            made += outcome
        return made

    def _offer(self, waiting: StoredEntry, stored: StoredTicketType) -> int | None:
        """One offer: 1 when it was made, 0 when the first in line is another now, None when there is nothing to offer
        yet.
        """
        public = self._representations.event(waiting.entry.event_id, View.PUBLIC)
        if public is None:
            return None
        event: Event = revive(Kind.EVENTS, public.body)
        ticket = msgspec.json.decode(stored.body, type=TicketType)
        now = moment(self._clock.now())
        ends = ticket.sales_end or event.ends_at
        if now >= ends:
            return self._pass_over(waiting)
        change = self._change(waiting, ticket, event, until=int(ends.timestamp()))
        lines, entry = change.after.order.lines, waiting.entry
        demands = demands_of_type(stored, entry.quantity, line=0)
        demands += demands_of_buyer(lines, [ticket], email=entry.email, user_id=waiting.user_id)
        offered = moved_to(EntryState.OFFERED, waiting, self._clock, order_id=change.after.id)
        try:
            check_total(lines)
            write = partial(self._lists.offer, after=offered, member=member_of(entry))
            self._hold_stock.hold_stock(change, demands, write=write)
        except SoldOut:
            return None
        except InvalidInput:
            return self._pass_over(waiting)
        except (TermsChanged, Lost):
            return 0
        telemetry.log("tickets_offered", order_id=change.after.id, ticket_type_id=stored.id)
        return 1

    def _change(self, waiting: StoredEntry, ticket: TicketType, event: Event, *, until: int) -> SaleChange:
        now, entry = moment(self._clock.now()), waiting.entry
        wish = Wish(
            event.id,
            [Line(ticket_type_id=ticket.id, name=ticket.name, quantity=entry.quantity, price=ticket.price)],
            Buyer(name=entry.name, email=entry.email),
            min(int(now.timestamp()) + self._offer_seconds, until),
            user_id=waiting.user_id,
            offer=entry.id,
        )
        draft = self._draft_order.draft_order(wish, order_id=self._ids.new_id(), now=now)
        return self._order_messages.add_messages(SaleChange(after=draft), event=event)

    def _pass_over(self, waiting: StoredEntry) -> int:
        """The next one's turn: this one may have no more, or the sale is over."""
        try:
            passed = moved_to(EntryState.PASSED_OVER, waiting, self._clock)
            self._lists.step(passed, member=member_of(waiting.entry))
        except Lost:
            return 0
        telemetry.log("waiting_passed_over", ticket_type_id=waiting.entry.ticket_type_id)
        return 0

    def _end(self, queue: Queue, stored: StoredTicketType) -> None:
        try:
            self._lists.end(queue, stored)
        except Lost:  # somebody came, or the type is being changed; the next look says
            return
        telemetry.log("waiting_ended", ticket_type_id=queue.ticket_type_id)


def _left(image: Mapping[str, Any] | None) -> int:
    return int(image["left"]) if image else 0


def _turned(things: list[Thing], turn: int) -> list[Thing]:
    """The same from another place on, which moves with the turn."""
    start = turn * 7919 % len(things) if things else 0
    return things[start:] + things[:start]

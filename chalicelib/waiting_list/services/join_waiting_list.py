"""People join and leave the waiting list of a ticket type that is sold out. Called by routes/waiting_list.py.

Offers: waiting_list/services/offer_tickets.py. While a queue exists, the type's tickets are only for people in it: the
transaction that starts the queue gives the type new terms, and other orders take no tickets on these.
"""

import hashlib

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.catalog.domain.ticket_type import TicketType, closed_because, needs_code
from chalicelib.catalog.ports import CatalogView, Lost, StoredTicketType
from chalicelib.catalog.services.read_ticket_types import left_of, shards_of
from chalicelib.content.domain.event import Event
from chalicelib.content.domain.views import revive
from chalicelib.core.email_address import normalised
from chalicelib.core.errors import AlreadyExists, Conflict, InvalidInput, NotFound, SaleClosed, Violation
from chalicelib.core.ids import is_ulid
from chalicelib.core.kinds import Kind, View
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.orders.services.draft_order import DraftOrder
from chalicelib.orders.services.read_order import hash_of_access, is_buyer
from chalicelib.representations.json_text import as_found, write_list
from chalicelib.representations.ports import Representations
from chalicelib.representations.read import Found
from chalicelib.representations.represent import Representation, represent
from chalicelib.waiting_list.domain.entry import Entry, EntryState, WaitingForm
from chalicelib.waiting_list.ports import StoredEntry, WaitingLists

TRIES = 12


class JoinWaitingList:
    def __init__(
        self,
        *,
        lists: WaitingLists,
        view: CatalogView,
        representations: Representations,
        draft_order: DraftOrder,
        authorise: Authorise,
        clock: Clock,
    ) -> None:
        self._lists = lists
        self._view = view
        self._representations = representations
        self._draft_order = draft_order
        self._authorise = authorise
        self._clock = clock

    def join_waiting_list(
        self, event_id: str, form: WaitingForm, *, caller: Principal | None, new_id: str
    ) -> tuple[Representation, str | None]:
        """Returns a new entry and, for a caller without an account, the token to leave the list with. Raises NotFound,
        InvalidInput, SaleClosed, Conflict (`not_sold_out`), AlreadyExists (`already_waiting`), Busy.
        """
        user_id = caller.user_id if caller else None
        access = None if caller else self._draft_order.make_access(new_id)

        def attempt() -> tuple[Representation, str | None]:
            stored = self._sold_out(event_id, form)
            entry = self._entry(event_id, form, new_id)
            new = StoredEntry(entry, user_id, None if access is None else hash_of_access(access))
            try:
                self._lists.join(new, member=member_of(entry), begins=None if stored.waiting else stored)
            except Lost as lost:
                if "resource" in lost.names:
                    return represent(self._existing(event_id, new_id).entry), access
                if "member" in lost.names:
                    raise AlreadyExists("This address waits for it already.", code="already_waiting") from None
                raise
            return represent(entry), access

        return until_settled(attempt, tries=TRIES)

    def list_entries(self, event_id: str, *, caller: Principal) -> Found:
        """Returns all entries in the order they joined, for staff. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.READ_ORDERS)
        return as_found(write_list(represent(entry).body for entry in self._lists.load_entries(event_id)))

    def leave_waiting_list(self, event_id: str, entry_id: str, *, caller: Principal | None, access: str | None) -> None:
        """Ends the wait of an entry; does nothing when it has left already. Raises NotFound, Conflict (`not_waiting`:
        there is an order to pay or cancel).
        """
        stored = self._existing(event_id, entry_id)
        if not is_buyer(stored, principal=caller, access=access):
            raise NotFound
        entry = stored.entry
        if entry.state is EntryState.WAITING:
            left = moved_to(EntryState.LEFT, stored, self._clock)
            try:
                self._lists.step(left, member=member_of(entry))
            except Lost:
                entry = self._existing(event_id, entry_id).entry
            else:
                return
        if entry.state is not EntryState.LEFT:
            raise Conflict("This entry waits no more.", code="not_waiting", state=entry.state.value)

    def _sold_out(self, event_id: str, form: WaitingForm) -> StoredTicketType:
        """Returns the type, which is sold out or has a queue. Raises NotFound, InvalidInput, SaleClosed, Conflict."""
        public = self._representations.event(event_id, View.PUBLIC)
        stored = self._view.load_ticket_type(event_id, form.ticket_type_id, consistent=True)
        if public is None:
            raise NotFound
        ticket = None if stored is None else msgspec.json.decode(stored.body, type=TicketType)
        if stored is None or ticket is None or needs_code(ticket):
            raise InvalidInput([Violation("/ticket_type_id", "names no ticket type on sale here")])
        most = min(ticket.max_per_order, ticket.max_per_buyer or ticket.max_per_order)
        if not ticket.min_per_order <= form.quantity <= most:
            raise InvalidInput([Violation("/quantity", f"must be from {ticket.min_per_order} to {most}")])
        event: Event = revive(Kind.EVENTS, public.body)
        closed = closed_because(ticket, now=moment(self._clock.now()), event_ends_at=event.ends_at)
        if closed:
            raise SaleClosed(closed)
        left = 0 if stored.waiting else left_of(stored, self._view.load_lefts(shards_of([stored]), consistent=True))
        if left:
            raise Conflict("Tickets are left. Order them.", code="not_sold_out", available=left)
        return stored

    def _entry(self, event_id: str, form: WaitingForm, new_id: str) -> Entry:
        now = moment(self._clock.now())
        return Entry(
            id=new_id,
            event_id=event_id,
            ticket_type_id=form.ticket_type_id,
            quantity=form.quantity,
            name=form.name,
            email=form.email,
            state=EntryState.WAITING,
            created_at=now,
            updated_at=now,
        )

    def _existing(self, event_id: str, entry_id: str) -> StoredEntry:
        stored = self._lists.load_entry(event_id, entry_id) if is_ulid(entry_id) else None
        if stored is None:
            raise NotFound
        return stored


def member_of(entry: Entry) -> str:
    """Returns the hash that identifies the person in the queue of a type."""
    return hashlib.sha256(normalised(entry.email).encode()).hexdigest()


def moved_to(state: EntryState, stored: StoredEntry, clock: Clock, *, order_id: str | None = None) -> StoredEntry:
    """Returns the entry in another state."""
    now = moment(clock.now())
    return stored._replace(entry=msgspec.structs.replace(stored.entry, state=state, order_id=order_id, updated_at=now))

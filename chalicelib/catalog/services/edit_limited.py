"""Staff create, read, change and delete what is limited: ticket types, quotas, codes. Called by their routes.

The differences between them are in catalog/services/limited_{ticket_types,quotas,codes}.py. The ETag of a limited thing
is `<stored tag>-<numbers>`. If-Match compares the part before the first dash, so an order that is placed meanwhile does
not make an editor's change fail.
"""

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.catalog.domain.stock import Shard, resize, shard_count, split
from chalicelib.catalog.ports import Lost, StoredLimit, StoredTicketType
from chalicelib.content.services.edit_programme import as_fields
from chalicelib.core.errors import Conflict, NotFound, PreconditionFailed, StillReferenced
from chalicelib.core.ids import is_ulid
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import Match, require_same, until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.core.validation import merge, validate
from chalicelib.representations.json_text import as_found, write_list
from chalicelib.representations.read import Found
from chalicelib.representations.represent import Representation, represent

TRIES = 8

F = TypeVar("F", bound=msgspec.Struct)
S = TypeVar("S", bound=StoredLimit | StoredTicketType)


class Limited(Protocol[F, S]):
    """One kind of limited thing. Writes raise Lost."""

    @property
    def fields(self) -> type[F]:
        """What an organiser may set."""

    @property
    def resource(self) -> type[F]:
        """The stored form: the fields with id, created_at and updated_at."""

    @property
    def most_shards(self) -> int:
        """The most shards for its stock."""

    @property
    def in_use(self) -> str:
        """The error text when something of it is held or sold, so that it cannot be deleted."""

    def load(self, event_id: str, id: str) -> S | None:
        """Returns the one with this id, read strongly consistent, or None."""

    def load_all(self, event_id: str) -> list[S]:
        """Returns all of an event, in order of id, read strongly consistent."""

    def represent_all(self, stored: Sequence[S]) -> list[Representation]:
        """Returns these as staff read them, with the numbers of their stock."""

    def capacity_of(self, fields: F) -> int:
        """Returns how many there are in total."""

    def load_shards(self, stored: S) -> list[Shard]:
        """Returns its stock, read strongly consistent."""

    def require_room(self, event_id: str) -> None:
        """Raises Conflict when the event has as many as it may have."""

    def check_fields(self, event_id: str, fields: F, *, old: F | None) -> F:
        """Returns the fields, ready to be stored. Raises NotFound, InvalidInput."""

    def require_unused(self, event_id: str, stored: S) -> None:
        """Raises StillReferenced when something names it."""

    def create(self, event_id: str, id: str, made: Representation, fields: F, *, stock: list[int]) -> None:
        """Writes a new one with its stock. Raises InvalidInput, Conflict, Lost."""

    def replace(
        self, event_id: str, stored: S, made: Representation, *, old: F, fields: F, deltas: dict[int, int]
    ) -> None:
        """Writes a changed one and its changed capacities. Raises InvalidInput, Conflict, Lost."""

    def delete(self, event_id: str, stored: S, *, old: F) -> None:
        """Deletes one of which nothing is held or sold. Raises Lost."""

    def raise_unless_moved(self, lost: Lost) -> None:
        """Returns when another editor or buyer was faster, so another try can help. Raises AlreadyExists, Conflict."""


class EditLimited(Generic[F, S]):
    """Edits one kind of limited thing."""

    def __init__(self, limited: Limited[F, S], authorise: Authorise, clock: Clock) -> None:
        self._limited = limited
        self._authorise = authorise
        self._clock = clock

    def list_all(self, event_id: str, *, caller: Principal) -> Found:
        """Returns all of an event. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)
        shown = self._limited.represent_all(self._limited.load_all(event_id))
        return as_found(write_list(one.body for one in shown))

    def read(self, event_id: str, id: str, *, caller: Principal) -> Found:
        """Returns the one with this id. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)
        return Found.made(*self._represent(self._existing(event_id, id)))

    def create(self, event_id: str, fields: F, *, caller: Principal, new_id: str) -> Representation:
        """Writes and returns a new one with stock. Raises NotFound, Forbidden, InvalidInput, AlreadyExists,
        Conflict.
        """
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)
        fields = self._limited.check_fields(event_id, fields, old=None)
        self._limited.require_room(event_id)
        now = moment(self._clock.now())
        made = represent(self._limited.resource(**as_fields(fields), id=new_id, created_at=now, updated_at=now))
        capacity = self._limited.capacity_of(fields)
        stock = split(capacity, shard_count(capacity, most=self._limited.most_shards))

        def attempt() -> Representation:
            try:
                self._limited.create(event_id, new_id, made, fields, stock=stock)
            except Lost as lost:
                if "resource" not in lost.names:  # otherwise an earlier try of this request was cut off
                    self._raise_unless_moved(lost)
                    raise
            return self._represent(self._existing(event_id, new_id))

        otherwise = Conflict("These ticket types are being changed. Try again.")
        return until_settled(attempt, tries=TRIES, otherwise=otherwise)

    def update(self, event_id: str, id: str, patch: object, *, caller: Principal, match: Match) -> Representation:
        """Applies a merge patch when the tag is one of `match`, and returns the result. Raises NotFound, Forbidden,
        PreconditionRequired, PreconditionFailed, InvalidInput, AlreadyExists, Conflict (`below_sold`, and as create).
        """
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)
        limited = self._limited

        def attempt() -> Representation:
            stored = self._matching(event_id, id, match)
            old = msgspec.json.decode(stored.body, type=limited.resource)
            fields = validate(merge(as_fields(old, limited.fields), patch), limited.fields)
            fields = limited.check_fields(event_id, fields, old=old)
            kept = {"id": stored.id, "created_at": as_fields(old)["created_at"]}
            made = represent(limited.resource(**as_fields(fields), **kept, updated_at=moment(self._clock.now())))
            deltas = {}
            if limited.capacity_of(fields) != limited.capacity_of(old):
                deltas = resize(
                    limited.load_shards(stored), limited.capacity_of(fields), most_shards=limited.most_shards
                )
            try:
                limited.replace(event_id, stored, made, old=old, fields=fields, deltas=deltas)
            except Lost as lost:
                self._raise_unless_moved(lost)
                raise
            return self._represent(self._existing(event_id, id))

        return until_settled(attempt, tries=TRIES, otherwise=PreconditionFailed())

    def delete(self, event_id: str, id: str, *, caller: Principal, match: Match) -> None:
        """Deletes one of which nothing is held or sold, and which nothing names. Raises NotFound, Forbidden,
        PreconditionRequired, PreconditionFailed, StillReferenced.
        """
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)

        def attempt() -> None:
            stored = self._matching(event_id, id, match)
            self._limited.require_unused(event_id, stored)
            old = msgspec.json.decode(stored.body, type=self._limited.resource)
            try:
                self._limited.delete(event_id, stored, old=old)
            except Lost as lost:
                if lost.places:
                    raise StillReferenced(self._limited.in_use) from None
                self._raise_unless_moved(lost)
                raise

        until_settled(attempt, tries=TRIES, otherwise=PreconditionFailed())

    def _raise_unless_moved(self, lost: Lost) -> None:
        """Returns when another try may succeed. Raises NotFound, AlreadyExists, Conflict."""
        if "event" in lost.names:
            raise NotFound from None
        self._limited.raise_unless_moved(lost)

    def _matching(self, event_id: str, id: str, match: Match) -> S:
        stored = self._existing(event_id, id)
        require_same(match, etag=stored.etag, represent=lambda: self._represent(stored))
        return stored

    def _existing(self, event_id: str, id: str) -> S:
        stored = self._limited.load(event_id, id) if is_ulid(id) else None
        if stored is None:
            raise NotFound
        return stored

    def _represent(self, stored: S) -> Representation:
        return self._limited.represent_all([stored])[0]

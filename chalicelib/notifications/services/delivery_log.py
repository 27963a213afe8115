"""Which message went to whom and what became of it, for administrators. Called by routes/notifications.py.

An administrator is whoever proved the address that the deployment names; to everybody else all of this does not exist.
Newest first. By action and month from an index, by user from their inbox; a request looks through a bounded number of
partitions and rows, and its cursor continues where it stopped (docs/data-model.md has the costs).
"""

import heapq
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Any, NamedTuple

from chalicelib.core.errors import MalformedRequest, NotFound
from chalicelib.core.ids import is_ulid, make_ulid, milliseconds_of
from chalicelib.core.pagination import CursorKey, Page
from chalicelib.core.permissions import is_administrator
from chalicelib.core.ports import Clock
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment, rfc3339
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.ports import Contacts, LogEntry, NotificationLog, Overseen
from chalicelib.representations import csv
from chalicelib.representations.json_text import write_json
from chalicelib.representations.read import Found
from chalicelib.representations.rows import Part, Row, Sheet, as_list, as_sheet, fill

SCOPE = "admin/notifications"
SPAN = timedelta(days=92)
"""How far back one looks who does not say."""
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
MONTHS_AT_ONCE = 4
"""Months that one request looks through, each a few Queries an action."""
TOGETHER = 100
SHEET_ROWS = 2_000
_WHAT = ("id", "action", "user_id", "email", "title", "received_at", "has_read", "read_at")
COLUMNS = (*_WHAT, "pushed", "mailed", "web_pushed")
STATES = ("all", "unread", "read")


class LogFilter(NamedTuple):
    """Which notifications: from one moment to another, of an action, of a user, in a state."""

    begin: datetime
    end: datetime
    action: NotificationAction | None = None
    user_id: str | None = None
    state: str = "all"


class DeliveryLog:
    def __init__(
        self, log: NotificationLog, contacts: Contacts, clock: Clock, *, admins: frozenset[str], key: CursorKey
    ) -> None:
        self._log = log
        self._contacts = contacts
        self._clock = clock
        self._admins = admins
        self._key = key

    def require(self, caller: Principal) -> None:
        """Raise NotFound for everybody but administrators."""
        contact = self._contacts.load_contacts([caller.user_id]).get(caller.user_id) if self._admins else None
        if contact is None or not is_administrator(contact.email, verified=contact.verified, admins=self._admins):
            raise NotFound

    def list_delivery_log(self, query: dict[str, str], page: Page, *, caller: Principal) -> Found:
        """Notifications as JSON. Raises NotFound, MalformedRequest."""
        self.require(caller)
        return as_list(self._part(query, page, _json), scope=SCOPE, key=self._key)

    def export_delivery_log(self, query: dict[str, str], page: Page, *, caller: Principal) -> Sheet:
        """The same as CSV."""
        self.require(caller)
        return as_sheet(COLUMNS, self._part(query, page, _line), scope=SCOPE, key=self._key)

    def _part(self, query: dict[str, str], page: Page, text: Callable[[Overseen, str | None], str]) -> Part:
        """A page. Only so many months are looked through at once; where there are more the page's end says so."""
        wanted = self._wanted(query)
        end = _highest(wanted.end)
        last = min(page.after or end, end)  # a cursor may come with another end than it was made for
        months = [""] if wanted.user_id else _months(wanted.begin, moment(milliseconds_of(last) / 1000))
        looked_at = months[:MONTHS_AT_ONCE]
        step = min(TOGETHER, page.limit + 2)
        entries = chain.from_iterable(self._entries(wanted, month, last, step) for month in looked_at)
        behind = (entry for entry in entries if entry.notification_id != page.after)
        part = fill(self._rows(behind, wanted, step, text), limit=page.limit)
        if part.last or len(months) == len(looked_at):
            return part
        return Part(part.texts, _lowest(datetime.fromisoformat(f"{looked_at[-1]}-01T00:00:00+00:00")))

    def _entries(self, wanted: LogFilter, month: str, last: str, step: int) -> Iterator[LogEntry]:
        """Where notifications may be, newest first."""
        first = _lowest(wanted.begin)
        if wanted.user_id:
            return self._log.list_inbox(wanted.user_id, first=first, last=last, step=step)
        actions = [wanted.action] if wanted.action else list(NotificationAction)
        found = (self._log.list_month(one.value, month, first=first, last=last, step=step) for one in actions)
        return heapq.merge(*found, reverse=True)

    def _rows(
        self, entries: Iterator[LogEntry], wanted: LogFilter, step: int, text: Callable[[Overseen, str | None], str]
    ) -> Iterator[Row]:
        while some := list(islice(entries, step)):
            overseen = {one.notification.id: one for one in self._log.load_details(some)}
            contacts = self._contacts.load_contacts(entry.user_id for entry in some)
            for entry in some:
                one, contact = overseen.get(entry.notification_id), contacts.get(entry.user_id)
                fits = one is not None and _fits(one, wanted)
                yield entry.notification_id, text(one, contact and contact.email) if one and fits else None

    def _wanted(self, query: dict[str, str]) -> LogFilter:
        """What a query asks for. Raises MalformedRequest."""
        action, user_id, state = query.get("action"), query.get("user"), query.get("state", "all")
        if action is not None and action not in set(NotificationAction):
            raise MalformedRequest("action is none that we know.", code="invalid_filter")
        if user_id is not None and not is_ulid(user_id):
            raise MalformedRequest("user is the id of an account.", code="invalid_filter")
        if state not in STATES:
            raise MalformedRequest(f"state is one of {', '.join(STATES)}.", code="invalid_filter")
        end = _moment(query, "to") or moment(self._clock.now() + 1)
        begin = _moment(query, "from") or max(EARLIEST, end - SPAN)
        if not begin < end:
            raise MalformedRequest("from must be before to.", code="invalid_filter")
        return LogFilter(begin, end, NotificationAction(action) if action else None, user_id, state)


def _moment(query: dict[str, str], name: str) -> datetime | None:
    """A moment; a day (UTC) is all of it."""
    if name not in query:
        return None
    try:
        found = datetime.fromisoformat(query[name])
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        found += timedelta(days=name == "to" and len(query[name]) == len("2030-01-01"))
    except (ValueError, OverflowError):
        found = LATEST + timedelta(days=1)
    if not EARLIEST <= found <= LATEST:
        raise MalformedRequest(f"{name} is a date or an RFC 3339 time of this century.", code="invalid_filter")
    return found


def _months(begin: datetime, end: datetime) -> list[str]:
    """The months (YYYY-MM) that lie between, newest first."""
    numbers = range(end.year * 12 + end.month - 1, begin.year * 12 + begin.month - 2, -1)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def _lowest(at: datetime) -> str:
    """The lowest id of a moment."""
    return make_ulid(int(at.timestamp() * 1000), bytes(10))


def _highest(before: datetime) -> str:
    """The highest id of the millisecond before a moment."""
    return make_ulid(int(before.timestamp() * 1000) - 1, b"\xff" * 10)


def _fits(one: Overseen, wanted: LogFilter) -> bool:
    right_action = wanted.action is None or one.notification.action is wanted.action
    return right_action and (wanted.state == "all" or one.has_read is (wanted.state == "read"))


def _fields(one: Overseen, email: str | None) -> dict[str, Any]:
    told = one.notification
    return {
        "id": told.id,
        "action": told.action.value,
        "user": {"id": told.user_id, "email": email},
        "title": told.title,
        "received_at": rfc3339(told.received_at),
        "has_read": one.has_read,
        "read_at": None if one.read_at is None else rfc3339(one.read_at),
        "delivery": one.delivery._asdict(),
    }


def _json(one: Overseen, email: str | None) -> str:
    return write_json(_fields(one, email))


def _line(one: Overseen, email: str | None) -> str:
    fields = _fields(one, email)
    flat = {**fields, **fields["delivery"], "user_id": fields["user"]["id"], "email": email}
    return csv.line("yes" if flat[name] is True else "no" if flat[name] is False else flat[name] for name in COLUMNS)

"""The public pages as stored representations. Called by routes/pages.py; a 304 loads nothing slow.

A page's tag consists of the tag of its data and the revision of the release's templates. So a conditional GET is one
GetItem, after the lookup of a slug. The first reader after a change builds the bytes, as representations/build.py does
for lists. Shells show no data: their tag is the release's revision.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from chalicelib.catalog.ports import CatalogView, StoredTicketType
from chalicelib.core.errors import NotFound
from chalicelib.core.kinds import Kind, View
from chalicelib.core.pagination import MAX_LIMIT, Page
from chalicelib.core.ports import Clock
from chalicelib.representations.ports import Bodies, Representations
from chalicelib.representations.read import Found
from chalicelib.website.pages.files import Website
from chalicelib.website.pages.revision import revision

HOME = "page-home"
EVENT = "page-event"
SCHEDULE = "page-schedule"
DIRECTORY = "EVENTS"
"""Owner of the bodies that belong to no event."""


class RenderPages:
    """Finds pages, and builds those that were not read since their data changed."""

    def __init__(
        self,
        *,
        stored: Representations,
        bodies: Callable[[], Bodies],
        sales: CatalogView,
        clock: Clock,
        website: Website,
    ) -> None:
        self._stored = stored
        self._bodies = bodies
        self._sales = sales
        self._clock = clock
        self._website = website
        self._revision = revision() + website.release

    def home(self) -> Found:
        """Returns the published events. Which of them are upcoming depends on the day (UTC), so the tag contains it."""
        today = datetime.fromtimestamp(self._clock.now(), UTC).date()

        def named(tag: str) -> str:
            return f"{tag}-p{self._revision}-{today:%Y%m%d}"

        def body() -> str:
            from chalicelib.website.pages.home import home_page

            events = [_revived(Kind.EVENTS, member.body) for member in self._bodies().directory()]
            return home_page(events, today=today, website=self._website)

        tag = named(self._stored.directory_tag())
        return Found(tag, lambda: self._load(DIRECTORY, HOME, tag, lambda: named(self._bodies().directory_tag()), body))

    def event(self, event_id: str) -> Found:
        """Returns the page of a published event. Raises NotFound."""
        return self._of_event(event_id, EVENT, lambda: self._event_body(event_id))

    def schedule(self, event_id: str) -> Found:
        """Returns the programme of a published event. Raises NotFound."""
        return self._of_event(event_id, SCHEDULE, lambda: self._schedule_body(event_id))

    def shell(self, name: str) -> Found:
        """Returns a page that is the same for everybody; its script loads the data from the API."""

        def load() -> tuple[str, str]:
            from chalicelib.website.pages.shells import shell_page

            return tag, shell_page(name, self._website)

        tag = f"{name}-p{self._revision}"
        return Found(tag, load)

    def missing(self) -> str:
        """Returns the page for what does not exist."""
        from chalicelib.website.pages.shells import shell_page

        return shell_page("missing", self._website)

    def unsubscribe(self, *, topic: str, token: str, done: bool) -> str:
        """Returns the page of an unsubscribe link: the question, or after the answer (`done`) the confirmation."""
        from chalicelib.texts import DEFAULT, say
        from chalicelib.website.pages.templating import render

        return render(
            "unsubscribe", static=self._website.static, topic=say(DEFAULT, f"topic.{topic}"), token=token, done=done
        )

    def _of_event(self, event_id: str, name: str, body: Callable[[], str]) -> Found:
        def named(tag: str | None) -> str:
            if tag is None:
                raise NotFound
            return f"{tag}-p{self._revision}"

        def current() -> str:
            return named(self._bodies().tag(event_id, "pages", View.PUBLIC))

        tag = named(self._stored.list_tag(event_id, "pages", View.PUBLIC))
        return Found(tag, lambda: self._load(event_id, name, tag, current, body))

    def _load(
        self, owner: str, name: str, tag: str, current: Callable[[], str], body: Callable[[], str]
    ) -> tuple[str, str]:
        """Returns the tag and bytes of a page: stored ones, or new ones. Raises NotFound, Busy."""
        kept = self._stored.body(owner, View.PUBLIC, name, tag)
        if kept is not None:
            return tag, kept
        from chalicelib.representations.settle import settled

        return settled(current, body, lambda t, b: self._bodies().keep(owner, View.PUBLIC, name, t, b))

    def _event_body(self, event_id: str) -> str:
        from chalicelib.website.pages.event import event_page

        stored = self._sales.load_ticket_types(event_id, consistent=True)
        return event_page(
            self._event(event_id),
            tickets=list(_shown(stored)),
            by_code=any(one.hidden for one in stored),
            sessions=self._all(event_id, Kind.SESSIONS),
            speakers=self._all(event_id, Kind.SPEAKERS),
            sponsors=self._all(event_id, Kind.SPONSORS),
            call=self._open_call(event_id),
            website=self._website,
        )

    def _open_call(self, event_id: str) -> Any:
        """Returns the call for papers if it is open. cfp/services/announce_call.py changes the tag of the event's pages
        when it opens or closes.
        """
        from chalicelib.cfp.domain.call_for_papers import open_call

        return open_call(self._stored.call_for_papers(event_id, consistent=True), now=self._clock.now())

    def _schedule_body(self, event_id: str) -> str:
        from chalicelib.website.pages.schedule import schedule_page

        return schedule_page(
            self._event(event_id),
            sessions=self._all(event_id, Kind.SESSIONS),
            speakers=self._all(event_id, Kind.SPEAKERS),
            tracks=self._all(event_id, Kind.TRACKS),
            rooms=self._all(event_id, Kind.MICROLOCATIONS),
            website=self._website,
        )

    def _event(self, event_id: str) -> Any:
        stored = self._bodies().resource(event_id, Kind.EVENTS, event_id)
        if stored is None:
            raise NotFound
        return _revived(Kind.EVENTS, stored.body)

    def _all(self, event_id: str, kind: Kind) -> list[Any]:
        """Returns all public resources of one list, in the order of their ids."""
        found: list[Any] = []
        after = ""
        while True:
            members = self._bodies().members(event_id, kind, View.PUBLIC, Page(limit=MAX_LIMIT, after=after))
            found += [_revived(kind, member.body) for member in members[:MAX_LIMIT]]
            if len(members) <= MAX_LIMIT:
                return found
            after = members[MAX_LIMIT - 1].id


def _shown(stored: Iterable[StoredTicketType]) -> Iterator[Any]:
    """Yields the ticket types that are not hidden, in the order of their positions. Raises what msgspec raises for a
    body that is not a ticket type.
    """
    import msgspec

    from chalicelib.catalog.domain.ticket_type import TicketType

    shown = [one for one in stored if not one.hidden]
    for one in sorted(shown, key=lambda one: (json.loads(one.body)["position"], one.id)):
        yield msgspec.json.decode(one.body, type=TicketType)


def _revived(kind: Kind, body: str) -> Any:
    from chalicelib.content.domain.views import revive

    return revive(kind, body)

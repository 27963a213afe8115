"""Lets staff send a message to many people of their event and see its progress. Called by routes/announcements.py.

A request only writes the announcement; announcements/services/fan_out.py delivers it (ADR 15).
"""

from datetime import timedelta

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.announcements.domain.announcement import (
    MAX_MESSAGE,
    MOST_A_DAY,
    Announcement,
    AnnouncementForm,
    Dispatch,
    Stage,
)
from chalicelib.announcements.ports import Announcements, TooMany
from chalicelib.catalog.ports import CatalogView
from chalicelib.core.errors import InvalidInput, NotFound, TooManyAttempts, Violation
from chalicelib.core.ids import is_ulid
from chalicelib.core.kinds import View
from chalicelib.core.pagination import CursorKey, Page, make_cursor
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock
from chalicelib.core.principal import Principal
from chalicelib.core.text import sanitise
from chalicelib.core.times import moment
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.services.compose import as_text
from chalicelib.representations.json_text import as_found, encode, write_list
from chalicelib.representations.ports import Representations
from chalicelib.representations.read import Found
from chalicelib.representations.represent import Representation, represent


def scope(event_id: str) -> str:
    """Returns the scope to which cursors of the list are bound."""
    return f"announcements/{event_id}"


class Announce:
    """Creates announcements and shows their progress."""

    def __init__(
        self,
        *,
        announcements: Announcements,
        representations: Representations,
        sales: CatalogView,
        authorise: Authorise,
        clock: Clock,
        key: CursorKey,
    ) -> None:
        self._announcements = announcements
        self._representations = representations
        self._sales = sales
        self._authorise = authorise
        self._clock = clock
        self._key = key

    def create_announcement(
        self, event_id: str, form: AnnouncementForm, *, caller: Principal, new_id: str
    ) -> Representation:
        """Stores an announcement; the stream delivers it. Raises NotFound, Forbidden, InvalidInput, TooManyAttempts."""
        self._authorise.require(caller, event_id, Action.ANNOUNCE)
        dispatch = Dispatch(
            id=new_id,
            event_id=event_id,
            event_name=self._event_name(event_id),
            title=" ".join(form.title.split()),
            message=_message(form),
            audience=form.audience,
            created_by=caller.user_id,
            created_at=int(self._clock.now()),
        )
        self._check_types(event_id, form)
        today = moment(dispatch.created_at).replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            made = self._announcements.create(dispatch, day=f"{today:%Y-%m-%d}", most=MOST_A_DAY)
        except TooMany:
            tomorrow = int((today + timedelta(days=1)).timestamp())
            raise TooManyAttempts(
                f"An event may send {MOST_A_DAY} announcements a day.",
                retry_after=tomorrow - dispatch.created_at,
                code="too_many_announcements",
            ) from None
        return _shown(dispatch if made else self._stored(event_id, new_id))

    def read_announcement(self, event_id: str, announcement_id: str, *, caller: Principal) -> Found:
        """Returns one announcement with its progress. Raises NotFound and Forbidden."""
        self._authorise.require(caller, event_id, Action.ANNOUNCE)
        return Found.made(*_shown(self._stored(event_id, announcement_id)))

    def list_announcements(self, event_id: str, page: Page, *, caller: Principal) -> Found:
        """Returns a page of an event's announcements, newest first. Raises NotFound and Forbidden."""
        self._authorise.require(caller, event_id, Action.ANNOUNCE)
        newest = self._announcements.load_newest(event_id, page)
        shown = newest[: page.limit]
        cursor = make_cursor(shown[-1].id, scope=scope(event_id), key=self._key) if len(newest) > page.limit else None
        return as_found(write_list((encode(_read(one)) for one in shown), next_cursor=cursor))

    def _stored(self, event_id: str, announcement_id: str) -> Dispatch:
        stored = self._announcements.load(event_id, announcement_id) if is_ulid(announcement_id) else None
        if stored is None or stored.action is not NotificationAction.ANNOUNCEMENT:
            raise NotFound
        return stored

    def _event_name(self, event_id: str) -> str:
        stored = self._representations.event(event_id, View.ALL)
        if stored is None:
            raise NotFound
        return str(msgspec.json.decode(stored.body)["name"])

    def _check_types(self, event_id: str, form: AnnouncementForm) -> None:
        wanted = form.audience.ticket_type_ids
        if not wanted:
            return
        known = {one.id for one in self._sales.load_ticket_types(event_id, consistent=True)}
        strange = [number for number, one in enumerate(wanted) if one not in known]
        if strange:
            pointers = (f"/audience/ticket_type_ids/{number}" for number in strange)
            raise InvalidInput([Violation(pointer, "is no ticket type of this event") for pointer in pointers])


def _message(form: AnnouncementForm) -> str:
    """Returns the sanitised message. Raises InvalidInput when it is too long or has no visible text."""
    message = sanitise(form.message).strip()
    if len(message) > MAX_MESSAGE:
        raise InvalidInput([Violation("/message", f"may have at most {MAX_MESSAGE} characters")])
    if not as_text(message):
        raise InvalidInput([Violation("/message", "must have words in it")])
    return message


def _read(dispatch: Dispatch) -> Announcement:
    return Announcement(
        id=dispatch.id,
        event_id=dispatch.event_id,
        title=dispatch.title,
        message=dispatch.message,
        audience=dispatch.audience,
        state="sent" if dispatch.stage is Stage.DONE else "sending",
        counts=dispatch.counts,
        created_by=dispatch.created_by,
        created_at=moment(dispatch.created_at),
        finished_at=None if dispatch.finished_at is None else moment(dispatch.finished_at),
    )


def _shown(dispatch: Dispatch) -> Representation:
    return represent(_read(dispatch))

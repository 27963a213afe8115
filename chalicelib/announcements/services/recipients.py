"""Finds the recipients of an announcement by staff and composes what they get. Called by
announcements/services/fan_out.py, page by page.
"""

from collections.abc import Iterable, Iterator, Sequence

from chalicelib.announcements.domain.announcement import Audience, AudienceMember, Dispatch, Said
from chalicelib.announcements.ports import Crowd
from chalicelib.announcements.services import announcement_texts
from chalicelib.notifications.domain.address import canonical
from chalicelib.notifications.domain.notification import Mail
from chalicelib.notifications.ports import Contact
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.texts import DEFAULT
from chalicelib.tickets.domain.ticket import TicketState, ticket_state

PAGE = 1_000
"""Orders that are read by one Query."""


class Recipients:
    """The recipients of one page of an announcement: ticket holders or staff."""

    in_languages = False

    def __init__(self, crowd: Crowd, dispatch: Dispatch, *, public_url: str) -> None:
        self._crowd = crowd
        self._dispatch = dispatch
        self._public_url = public_url

    def list_places(self) -> list[str]:
        """Returns the places after the cursor: the next orders, or all staff with the roles."""
        dispatch, roles = self._dispatch, self._dispatch.audience.roles
        if roles is None:
            return self._crowd.list_order_ids(dispatch.event_id, limit=PAGE, after=dispatch.cursor)
        holders = self._crowd.list_holders(dispatch.event_id)
        return [user_id for user_id, role in holders if role in roles and user_id > dispatch.cursor]

    def list_people(self, places: Sequence[str]) -> list[AudienceMember]:
        """Returns the recipients at these places, each once."""
        audience = self._dispatch.audience
        if audience.roles is not None:
            return [AudienceMember(user_id, user_id) for user_id in places]
        orders = self._crowd.load_orders(places)
        return list(_once(orders[id] for id in places if id in orders and is_for(orders[id], audience)))

    def compose_notification(self, language: str) -> Said:
        """Returns what staff wrote. It is the same in every language."""
        del language
        dispatch = self._dispatch
        title = announcement_texts.announcement_title(dispatch.title, dispatch.event_name)
        return Said(title, dispatch.message, self._place)

    def compose_mail(self, person: AudienceMember, contact: Contact | None) -> Mail:
        """Returns the mail: to the account's address if it is verified, otherwise to the address on the order."""
        dispatch = self._dispatch
        to = contact.email if contact is not None and contact.verified else person.email
        words = "announcement.link" if dispatch.audience.roles is None else "announcement.link_staff"
        return announcement_texts.announcement_mail(
            key=f"announcement {dispatch.id} {canonical(to)}",
            to=to,
            name=person.name,
            title=dispatch.title,
            message=dispatch.message,
            event_name=dispatch.event_name,
            link=(words, f"{self._public_url}{self._place}"),
            language=contact.language if contact is not None else DEFAULT,
        )

    @property
    def _place(self) -> str:
        """Returns the path that the message links to. Staff may get messages about an event that is not public."""
        return f"/e/{self._dispatch.event_id}" if self._dispatch.audience.roles is None else "/events"


def is_for(record: OrderRecord, audience: Audience) -> bool:
    """Returns whether an order has valid tickets of the audience."""
    if ticket_state(record) is TicketState.VOID:
        return False
    types = audience.ticket_type_ids
    return types is None or any(line.ticket_type_id in types for line in record.order.lines)


def _once(orders: Iterable[OrderRecord]) -> Iterator[AudienceMember]:
    """Yields each buyer once: by account, or by address for guests."""
    seen: set[str] = set()
    for record in orders:
        buyer = record.order.buyer
        who = record.user_id or canonical(buyer.email)
        if who not in seen:
            seen.add(who)
            yield AudienceMember(record.id, record.user_id, buyer.email, buyer.name)

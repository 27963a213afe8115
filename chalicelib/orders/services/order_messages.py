"""Adds to the transaction of a sale the messages to its buyer and the event's staff. Called by services that change
orders.

The messages follow from the order before and after, so no caller can forget one. Their texts are in
orders/services/order_texts.py. Nothing is sent here; the notifications stream sends them.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from chalicelib.content.domain.event import Event
from chalicelib.core.ids import derive_ulid
from chalicelib.core.kinds import View
from chalicelib.core.ports import Clock
from chalicelib.core.transactions import MAX_ITEMS
from chalicelib.mail.ports import paid_mail_key
from chalicelib.notifications.domain.notification import Notification, NotificationAction
from chalicelib.notifications.ports import Contacts
from chalicelib.notifications.services.choose_channels import Addressee, ChooseChannels
from chalicelib.notifications.services.compose import NO_ACCOUNT, EventLabel, Messages, compose, fit, items_of
from chalicelib.orders.domain.charge import Charge
from chalicelib.orders.domain.order import OrderRecord, access_token
from chalicelib.orders.domain.order_state import Dispute, OrderState, Reason, move_between
from chalicelib.orders.domain.refund import RefundReason, RefundStanding
from chalicelib.orders.ports import SaleChange
from chalicelib.orders.services import order_texts
from chalicelib.orders.services.order_texts import Words
from chalicelib.orders.services.read_order import hash_of_access
from chalicelib.representations.ports import Representations
from chalicelib.texts import DEFAULT


class Staff(Protocol):
    """Knows which staff manage the money of an event."""

    def list_treasurers(self, event_id: str) -> list[str]:
        """Returns the users who may refund the event's orders, those with the most rights first."""


class BuyerNews(NamedTuple):
    """A message to send: which notification, in which words, and whether to staff instead of the buyer."""

    action: NotificationAction
    words: Words
    to_staff: bool = False
    by_mail: bool = True


class OrderMessages:
    """Composes the messages about changes of orders."""

    def __init__(
        self,
        representations: Representations,
        staff: Callable[[], Staff],
        clock: Clock,
        *,
        choose_channels: ChooseChannels,
        contacts: Contacts,
        keys: Callable[[], Sequence[bytes]],
        public_url: str,
    ) -> None:
        self._representations = representations
        self._staff = staff
        self._clock = clock
        self._choose_channels = choose_channels
        self._contacts = contacts
        self._keys = keys
        self._public_url = public_url

    def add_messages(
        self, change: SaleChange, *, known: Charge | None = None, event: Event | None = None
    ) -> SaleChange:
        """Returns the change with all notifications and mails that follow from it. `known` is the charge before the
        change; `event` is the order's event, if the caller has loaded it.
        """
        news = list(_news(change, known))
        if not news:
            return change
        order = change.after.order
        label = EventLabel(event.name, event.timezone) if event else self._label(order.event_id)
        for item in news:
            change = self._add(change, item, label)
        return change

    def add_undelivered(self, record: OrderRecord) -> SaleChange:
        """Returns a change of messages only: they tell staff that an order's tickets did not reach its buyer."""
        news = BuyerNews(NotificationAction.PAYMENT_IN_REVIEW, order_texts.UNDELIVERED, to_staff=True)
        return self._add(SaleChange(after=record, before=record), news, self._label(record.order.event_id))

    def _add(self, change: SaleChange, news: BuyerNews, event: EventLabel) -> SaleChange:
        messages = self._to_staff(change, news, event) if news.to_staff else self._to_buyer(change.after, news, event)
        return change._replace(
            notifications=change.notifications + messages.notifications, mails=change.mails + messages.mails
        )

    def _to_buyer(self, record: OrderRecord, news: BuyerNews, event: EventLabel) -> Messages:
        buyer = Addressee("", NO_ACCOUNT, DEFAULT)
        if record.user_id:
            buyer = self._find_addressees([record.user_id], news)[0]
        mail = None
        if news.by_mail:
            mail = order_texts.order_mail(
                news.words,
                order=record.order,
                event=event,
                url=self._order_url(record),
                key=message_key(news, record),
                language=buyer.language,
            )
            if news.action is NotificationAction.ORDER_PAID:
                mail = mail._replace(tickets_of=record.id)
        notification = self._notification(record, news, buyer, event, subject=f"/orders/{record.id}")
        return compose(buyer.channels, notification, mail)

    def _to_staff(self, change: SaleChange, news: BuyerNews, event: EventLabel) -> Messages:
        """Returns messages to as many of the staff as fit into the transaction."""
        people = self._staff().list_treasurers(change.after.order.event_id)[:MAX_ITEMS]
        sent = Messages(change.notifications, change.mails)
        room = MAX_ITEMS - items_of_change(change) + items_of(sent)
        each = (self._to_one(change.after, news, one, event) for one in self._find_addressees(people, news))
        return fit(each, room=room, beside=sent)

    def _to_one(self, record: OrderRecord, news: BuyerNews, addressee: Addressee, event: EventLabel) -> Messages:
        order = record.order
        place = f"/events/{order.event_id}/sales#{order.id}"
        mail = order_texts.staff_mail(
            news.words,
            order=order,
            event=event,
            url=f"{self._public_url}{place}",
            key=f"{message_key(news, record)} {addressee.user_id}",
            language=addressee.language,
        )
        notification = self._notification(record, news, addressee, event, subject=place)
        return compose(addressee.channels, notification, mail)

    def _find_addressees(self, user_ids: Sequence[str], news: BuyerNews) -> list[Addressee]:
        return self._choose_channels.find_addressees(user_ids, news.action, contacts=self._contacts)

    def _notification(
        self, record: OrderRecord, news: BuyerNews, addressee: Addressee, event: EventLabel, *, subject: str
    ) -> Notification:
        now = self._clock.now()
        return order_texts.order_notification(
            news.words,
            action=news.action,
            order=record.order,
            event=event,
            user_id=addressee.user_id,
            notification_id=derive_ulid(int(now * 1000), message_key(news, record), addressee.user_id),
            subject=subject,
            received_at=int(now),
            language=addressee.language,
        )

    def _label(self, event_id: str) -> EventLabel:
        stored = self._representations.event(event_id, View.ALL)
        if stored is None:
            return EventLabel("the event")
        event = json.loads(stored.body)
        return EventLabel(str(event["name"]), str(event["timezone"]))

    def _order_url(self, record: OrderRecord) -> str:
        """Returns the URL of the order for its buyer. Without an account the URL needs the access token; it is in the
        fragment, which browsers do not send to servers.
        """
        place = f"{self._public_url}/orders/{record.id}"
        for key in self._keys() if record.access_hash else ():
            token = access_token(record.id, key)
            if hash_of_access(token) == record.access_hash:
                return f"{place}#access={token}"
        return place


def items_of_change(change: SaleChange) -> int:
    """Returns how many items the transaction of a change has (orders/adapters/dynamo.add_change)."""
    before, after = change.before, change.after
    known = before.facts if before else None
    is_ticketed = after.facts.issued and not (known and known.issued)
    items = 1 + (change.marker is not None) + (change.charge is not None) + 2 * (change.wish is not None) + is_ticketed
    if any(move_between(known, after.facts)):
        items += len({(piece.owner, piece.shard) for piece in after.allocation})
    return items + items_of(Messages(change.notifications, change.mails))


def message_key(news: BuyerNews, record: OrderRecord) -> str:
    """Returns the key that makes a message unique: the message about the payment is sent once for an order, every other
    one once for each version of the order.
    """
    if news.action is NotificationAction.ORDER_PAID:
        return paid_mail_key(record.id)
    return f"{news.action.value} {news.words.name} {record.id} {record.version}"


def _news(change: SaleChange, known: Charge | None) -> Iterator[BuyerNews]:
    """Yields the messages that follow from a change."""
    before, after = change.before, change.after
    paid_before = before is not None and before.order.paid_at is not None
    if after.order.paid_at is not None and not paid_before:
        yield BuyerNews(NotificationAction.ORDER_PAID, order_texts.PAID)
    if before is None and after.offer is not None and after.state is OrderState.RESERVED:
        yield BuyerNews(NotificationAction.TICKETS_OFFERED, order_texts.OFFERED)
    if change.charge is not None and change.charge.id == after.facts.charge_id:
        yield from _went_back(change.charge, known)
    wish = change.wish
    if wish and wish.is_new and wish.reason is RefundReason.PAID_TWICE:
        yield BuyerNews(NotificationAction.ORDER_REFUNDED, order_texts.PAID_TWICE)
    if before is not None and after.order.reason is not before.order.reason:
        yield from _reasons(after)
    if change.charge is not None:
        yield from _disputes(change.charge, known)
    was_in_review = before is not None and before.state is OrderState.REVIEW
    if wish and wish.standing is RefundStanding.WANTED and wish.tries == 1:
        yield BuyerNews(NotificationAction.PAYMENT_IN_REVIEW, order_texts.REFUND_WAITS, to_staff=True)
    bounced = change.charge is not None and change.charge.has_lost_a_refund_since(known)
    refused = wish is not None and wish.standing is RefundStanding.FAILED
    if bounced or refused:
        yield BuyerNews(NotificationAction.PAYMENT_IN_REVIEW, order_texts.REFUND_FAILED, to_staff=True)
    elif after.state is OrderState.REVIEW and not was_in_review:
        yield BuyerNews(NotificationAction.PAYMENT_IN_REVIEW, order_texts.IN_REVIEW, to_staff=True)


def _went_back(charge: Charge, known: Charge | None) -> Iterator[BuyerNews]:
    """Yields messages about returned money of the payment that an order relies on: refunds, and money that the buyer's
    bank took back, which is no refund.
    """
    sent = charge.refunded_since(known)
    if sent:
        yield BuyerNews(NotificationAction.ORDER_REFUNDED, order_texts.refunded(sent))
    taken = charge.lost_in_part - (known.lost_in_part if known else 0)
    if taken > 0:
        yield BuyerNews(NotificationAction.ORDER_REFUNDED, order_texts.taken_back(taken))
    if charge.dispute_standing is Dispute.LOST and charge.has_lost_a_dispute_since(known):
        yield BuyerNews(NotificationAction.ORDER_REFUNDED, order_texts.CHARGED_BACK)


def _disputes(charge: Charge, known: Charge | None) -> Iterator[BuyerNews]:
    """Yields messages to staff about changed disputes."""
    was, stands = known and known.dispute_standing, charge.dispute_standing
    taken = charge.lost_in_part - (known.lost_in_part if known else 0)
    if taken > 0:
        yield BuyerNews(NotificationAction.PAYMENT_DISPUTED, order_texts.part_lost(taken), to_staff=True)
    is_told = taken > 0 if stands is None else stands is Dispute.LOST and not charge.has_lost_a_dispute_since(known)
    if stands is not was and not is_told:
        yield BuyerNews(NotificationAction.PAYMENT_DISPUTED, order_texts.DISPUTES[stands], to_staff=True)


def _reasons(after: OrderRecord) -> Iterator[BuyerNews]:
    if after.order.reason is Reason.PAID_TOO_LATE:
        yield BuyerNews(NotificationAction.ORDER_REFUNDED, order_texts.PAID_TOO_LATE)
    if after.order.reason is Reason.EVENT_CLOSED:
        yield BuyerNews(NotificationAction.ORDER_REFUNDED, order_texts.EVENT_CLOSED)
    if after.order.reason is Reason.EVENT_OVER:
        yield BuyerNews(NotificationAction.ORDER_REFUNDED, order_texts.EVENT_OVER)
    if after.order.reason is Reason.PAYMENT_FAILED:
        yield BuyerNews(NotificationAction.ORDER_EXPIRED, order_texts.PAYMENT_FAILED)
    if after.order.reason is Reason.HOLD_ENDED:
        yield BuyerNews(NotificationAction.ORDER_EXPIRED, order_texts.HOLD_ENDED, by_mail=False)
    if after.order.reason is Reason.TICKETS_GONE:
        yield BuyerNews(NotificationAction.ORDER_REFUNDED, order_texts.TICKETS_GONE)
    if after.order.reason is Reason.ACCOUNT_GONE:
        yield BuyerNews(NotificationAction.ORDER_EXPIRED, order_texts.ACCOUNT_GONE)

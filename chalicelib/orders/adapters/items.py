"""Items of orders in the sales table, and their conversion to and from orders and charges.

An order that was just reserved must stay below 1 KB, so that it costs two write units (docs/performance.md).
"""

import msgspec
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib import telemetry
from chalicelib.aws.dynamo_tables import SalesTable
from chalicelib.catalog.domain.stock import Piece
from chalicelib.core.kinds import REVISION
from chalicelib.orders.adapters import keys as order_keys
from chalicelib.orders.domain.charge import Charge
from chalicelib.orders.domain.order import Attendee, Checkout, Order, OrderRecord
from chalicelib.orders.domain.order_state import Ended, Facts, OrderState, Reason
from chalicelib.orders.domain.refund import RefundWish
from chalicelib.representations.represent import represent

_BEFORE_FACTS = {
    OrderState.PAID: Facts(issued=True),
    OrderState.PENDING: Facts(pending=True),
    OrderState.EXPIRED: Facts(ended=Ended.EXPIRED),
    OrderState.CANCELLED: Facts(ended=Ended.CANCELLED),
    OrderState.REVIEW: Facts(held_back=True),
}
"""The facts of orders that were written before facts were stored, by their state."""


class OrderItem(SalesTable):
    """An order. `body` is the JSON that the buyer reads, and holds the data; the other attributes are internal. The end
    of the hold is called `deadline`, since `expires_at` is the TTL attribute and would delete the order. `charge_id` is
    only on orders that were written before facts were stored. Check-ins of a free order add to `came`; every other
    write removes it and raises `version`. `reason` is the note for staff.
    """

    rev = NumberAttribute()
    etag = UnicodeAttribute()
    body = UnicodeAttribute()
    state = UnicodeAttribute()
    version = NumberAttribute()
    total = NumberAttribute()
    currency = UnicodeAttribute()
    deadline = NumberAttribute()
    allocation = UnicodeAttribute()
    user_id = UnicodeAttribute(null=True)
    access_hash = UnicodeAttribute(null=True)
    attempt = NumberAttribute(default=1)
    checkout_id = UnicodeAttribute(null=True)
    checkout_url = UnicodeAttribute(null=True)
    customer_id = UnicodeAttribute(null=True)
    facts = UnicodeAttribute(null=True)
    charge_id = UnicodeAttribute(null=True)
    account = UnicodeAttribute(null=True)
    ticket_secret = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    attendees = UnicodeAttribute(null=True)
    offer = UnicodeAttribute(null=True)
    paid_checkout_id = UnicodeAttribute(null=True)
    pays_from = NumberAttribute(null=True)
    came = NumberAttribute(null=True)


class TicketedItem(SalesTable):
    """A record that an order of an event has or had tickets. It has no attributes but its keys."""


class ChargeItem(SalesTable):
    """A charge record. `surplus` marks a payment that its order did not need."""

    rev = NumberAttribute()
    body = UnicodeAttribute()
    surplus = BooleanAttribute(null=True)


class RefundItem(SalesTable):
    """A refund wish, finished or not. The table's stream starts the refund of a new one."""

    body = UnicodeAttribute()
    standing = UnicodeAttribute()


class WantedItem(SalesTable):
    """A refund that still has to be made. It is deleted when the wish is finished. `wanted_at`: when it was asked for;
    `rests_until`: when to try again (both Unix seconds).
    """

    wanted_at = NumberAttribute()
    rests_until = NumberAttribute(null=True)


class MarkerItem(SalesTable):
    """A record that a Stripe event was applied."""

    expires_at = NumberAttribute()


def order_item(record: OrderRecord) -> OrderItem:
    """Returns the item of an order, with the JSON that its buyer reads."""
    shown = represent(record.order)
    checkout = record.checkout or (None, None)
    return OrderItem(
        *order_keys.order(record.id),
        rev=REVISION,
        etag=shown.etag,
        body=shown.body,
        state=record.state.value,
        version=record.version,
        total=record.order.total.amount,
        currency=record.order.total.currency,
        deadline=record.deadline,
        allocation=",".join(_piece_text(piece, record.order) for piece in record.allocation),
        user_id=record.user_id,
        access_hash=record.access_hash,
        attempt=record.attempt,
        checkout_id=checkout[0],
        checkout_url=checkout[1],
        customer_id=record.customer_id,
        facts=facts_text if (facts_text := msgspec.json.encode(record.facts).decode()) != "{}" else None,
        account=record.account,
        ticket_secret=record.ticket_secret,
        reason=record.note,
        attendees=msgspec.json.encode(record.attendees).decode() if record.attendees else None,
        offer=record.offer,
        paid_checkout_id=record.paid_checkout,
        pays_from=record.pays_from,
    )


def order_record(item: OrderItem) -> OrderRecord:
    """Returns the order that an item holds."""
    checkout = Checkout(item.checkout_id, item.checkout_url) if item.checkout_id and item.checkout_url else None
    order = _order(item.body)
    return OrderRecord(
        order=order,
        version=int(item.version),
        deadline=int(item.deadline),
        allocation=tuple(_piece(text, order) for text in item.allocation.split(",")),
        user_id=item.user_id,
        access_hash=item.access_hash,
        attempt=int(item.attempt),
        checkout=checkout,
        customer_id=item.customer_id,
        facts=_facts(item),
        account=item.account,
        ticket_secret=item.ticket_secret,
        note=item.reason,
        attendees=msgspec.json.decode(item.attendees, type=list[Attendee]) if item.attendees else [],
        offer=item.offer,
        paid_checkout=item.paid_checkout_id,
        pays_from=None if item.pays_from is None else int(item.pays_from),
        came=int(item.came or 0),
    )


def _order(body: str) -> Order:
    """Returns the order in a body. A reason that only a later release knows becomes None, to allow a rollback."""
    try:
        return msgspec.json.decode(body, type=Order)
    except msgspec.ValidationError:
        raw = msgspec.json.decode(body)
        if raw.get("reason") in (None, *Reason):
            raise
        telemetry.log("order_reason_unknown", order_id=raw.get("id"))
        return msgspec.convert(raw | {"reason": None}, Order)


def _facts(item: OrderItem) -> Facts:
    if item.facts:
        return msgspec.json.decode(item.facts, type=Facts)
    facts = _BEFORE_FACTS.get(OrderState(item.state), Facts())
    if facts.issued and item.charge_id:
        return msgspec.structs.replace(facts, charge_id=item.charge_id, charged=int(item.total))
    return facts


def charge_item(charge: Charge, *, surplus: bool) -> ChargeItem:
    """Returns the item of a charge record."""
    return ChargeItem(
        *order_keys.charge(charge.order_id, charge.id),
        rev=REVISION,
        body=msgspec.json.encode(charge).decode(),
        surplus=surplus or None,
    )


def refund_item(wish: RefundWish) -> RefundItem:
    """Returns the item of a refund wish."""
    body = msgspec.json.encode(wish).decode()
    return RefundItem(*order_keys.refund_wish(wish.order_id, wish.key), body=body, standing=wish.standing.value)


def wanted_item(wish: RefundWish) -> WantedItem:
    """Returns the item that exists while a refund still has to be made."""
    return WantedItem(
        *order_keys.wanted_refund(wish.order_id, wish.key),
        wanted_at=int(wish.created_at.timestamp()),
        rests_until=wish.retry_at or None,
    )


def _piece_text(piece: Piece, order: Order) -> str:
    """Returns a piece as it is stored: `owner:shard:quantity`. For a ticket type's own stock the owner is the index of
    the order's line.
    """
    lines = [line.ticket_type_id for line in order.lines]
    owner = lines.index(piece.owner) if piece.owner in lines else piece.owner
    return f"{owner}:{piece.shard}:{piece.quantity}"


def _piece(text: str, order: Order) -> Piece:
    owner, shard, quantity = text.split(":")
    owner = order.lines[int(owner)].ticket_type_id if owner.isdigit() else owner
    return Piece(owner, int(shard), int(quantity))

"""Shapes of the items of orders in the sales table, and how orders and charges become items and come back.

An order that was just reserved must stay below 1 KB: then reserving costs two write units for it (docs/performance.md).
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
"""What the state of an order says that was written before there were facts."""


class OrderItem(SalesTable):
    """An order. `body` is what the buyer reads and holds the data; the rest is Marquee's own. The hold's end is
    called `deadline`, since `expires_at` is the TTL attribute and would delete the order. `charge_id` is only on orders
    that were written before there were facts. `came` is added to by check-ins of a free order; every other write begins
    it anew, with another version.
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
    """That an order of an event has or had tickets; the keys say it all."""


class ChargeItem(SalesTable):
    """A charge record. `surplus` marks a payment that its order did not need."""

    rev = NumberAttribute()
    body = UnicodeAttribute()
    surplus = BooleanAttribute(null=True)


class RefundItem(SalesTable):
    """A refund that is or was wanted. The stream carries out new ones."""

    body = UnicodeAttribute()
    standing = UnicodeAttribute()


class WantedItem(SalesTable):
    """Stands while a refund is to be made, since `wanted_at`, and again from `rests_until` on (Unix seconds)."""

    wanted_at = NumberAttribute()
    rests_until = NumberAttribute(null=True)


class MarkerItem(SalesTable):
    """Proof that a Stripe event had its effects."""

    expires_at = NumberAttribute()


def order_item(record: OrderRecord) -> OrderItem:
    """The item of an order, with the representation its buyer reads."""
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
    """The order inside an item."""
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
    """The order in its body. A reason that a later release gave is no particular one here, so that a way back stays."""
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
    """The item of a charge record."""
    return ChargeItem(
        *order_keys.charge(charge.order_id, charge.id),
        rev=REVISION,
        body=msgspec.json.encode(charge).decode(),
        surplus=surplus or None,
    )


def refund_item(wish: RefundWish) -> RefundItem:
    """The item of a wanted refund."""
    body = msgspec.json.encode(wish).decode()
    return RefundItem(*order_keys.refund_wish(wish.order_id, wish.key), body=body, standing=wish.standing.value)


def wanted_item(wish: RefundWish) -> WantedItem:
    """The item that stands while a refund is to be made."""
    return WantedItem(
        *order_keys.wanted_refund(wish.order_id, wish.key),
        wanted_at=int(wish.created_at.timestamp()),
        rests_until=wish.retry_at or None,
    )


def _piece_text(piece: Piece, order: Order) -> str:
    """A piece as an item keeps it: `owner:shard:quantity`, with the index of the line for a ticket type's own stock."""
    lines = [line.ticket_type_id for line in order.lines]
    owner = lines.index(piece.owner) if piece.owner in lines else piece.owner
    return f"{owner}:{piece.shard}:{piece.quantity}"


def _piece(text: str, order: Order) -> Piece:
    owner, shard, quantity = text.split(":")
    owner = order.lines[int(owner)].ticket_type_id if owner.isdigit() else owner
    return Piece(owner, int(shard), int(quantity))

"""Checks the invariants of a payment world after `quiesce`. Raises AssertionError for every violation."""

from typing import Any

import msgspec

from chalicelib.orders.domain.charge import Charge
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.refund import RefundStanding
from chalicelib.reports.domain.ledger import rows_of
from tests.harness.shop import BUYER, OWNER, items_of, stock_of
from tests.property.payment_oracle import Known, Outcome, Paid, outcomes
from tests.property.payment_world import Sold, World

SOLD_STATES = {"paid", "partially_refunded", "disputed"}


def check(world: World) -> None:
    """Checks all invariants."""
    records = [world.shop.record(sold.record) for sold in world.orders]
    found = [_check_order(world, sold, record) for sold, record in zip(world.orders, records, strict=True)]
    _check_stock(world, found)


def _check_order(world: World, sold: Sold, record: OrderRecord) -> Outcome:
    allowed = outcomes(known_of(world, sold))
    outcome = Outcome(record.state.value, record.facts.charge_id, _has_tickets(record))
    assert outcome in allowed, f"{outcome} is none of {allowed}"
    assert record.facts.wanted == 0, "a refund is still wanted"
    _check_charges(world, record)
    _check_tickets(world, record, outcome)
    return outcome


def known_of(world: World, sold: Sold) -> Known:
    """Returns what Stripe and the buyer know about an order."""
    charges = tuple(_paid(world, sold, charge) for charge in world.truth.charges_of(sold.record.id))
    failed = world.truth.failed_at.get(sold.session or "")
    heard = world.heard_at.get(sold.session or "")
    scarce = world.capacity < sum(other.quantity for other in world.orders) or world.fired["sold out"] > 0
    return Known(charges, sold.is_cancelled, failed, heard, scarce)


def _paid_of(charge: Charge) -> Paid:
    """Returns a charge as the oracle sees it."""
    return Paid(charge.id, charge.amount, True, _refunds(charge), _disputes(charge), 0, None)


def _refunds(charge: Charge) -> tuple[tuple[int, str], ...]:
    return tuple((refund.amount, refund.status) for refund in charge.refunds)


def _disputes(charge: Charge) -> tuple[tuple[int | None, str], ...]:
    return tuple((one.amount if one.currency == charge.currency else None, one.status) for one in charge.disputes)


def _paid(world: World, sold: Sold, charge: Charge) -> Paid:
    total = sold.record.order.total
    fits = (charge.amount, charge.currency, charge.livemode) == (total.amount, total.currency, False)
    return Paid(
        charge.id,
        charge.amount,
        fits,
        _refunds(charge),
        _disputes(charge),
        world.truth.made_at[charge.id],
        world.heard_at.get(charge.id),
    )


def _has_tickets(record: OrderRecord) -> bool:
    """Returns whether the order has valid tickets."""
    facts = record.facts
    return facts.issued and record.state.value in SOLD_STATES and facts.refunded < facts.charged


def _check_charges(world: World, record: OrderRecord) -> None:
    """Each succeeded charge has one record that equals Stripe's; all charges but one are refunded, or staff know."""
    at_stripe = {charge.id: charge for charge in world.truth.charges_of(record.id)}
    kept = [item for item in items_of("ChargeItem", "CHARGE#") if item.pk == f"ORDER#{record.id}"]
    charges = {charge.id: charge for charge in (msgspec.json.decode(item.body, type=Charge) for item in kept)}
    assert len(charges) == len(kept)
    assert charges.keys() == at_stripe.keys(), "not one charge record for each charge"
    told = _told(OWNER.user_id, "A refund failed", record.id)
    for charge_id, truth in at_stripe.items():
        shown = charges[charge_id]
        assert (shown.refunds, shown.disputes) == (truth.refunds, truth.disputes)
        assert shown.net == truth.amount - 35, "the fee is not known"
        rows = sorted(rows_of(shown), key=lambda row: row.id)
        moved = [(one.id, one.kind, one.amount, one.fee, one.net) for one in world.truth.balance[charge_id]]
        assert [(row.id, row.kind, row.amount, row.fee, row.net) for row in rows] == moved, "the ledger does not add up"
        if charge_id != record.facts.charge_id:
            back = truth.refunded == truth.amount or world.truth.holds_money(charge_id)
            assert back or told, f"{charge_id} was not needed and nobody cares"
    if record.facts.charge_id is not None:
        assert record.facts.refunded == _paid_of(at_stripe[record.facts.charge_id]).returned
    _check_wishes(world, record, at_stripe)


def _check_wishes(world: World, record: OrderRecord, at_stripe: dict[str, Charge]) -> None:
    """Each requested refund is one refund of that amount at Stripe, or was given up."""
    for wish in (one for one in world.shop.wishes() if one.order_id == record.id):
        made = [one for one in at_stripe[wish.charge_id].refunds if one.request == wish.key]
        assert [one.amount for one in made] in ([], [wish.amount]), "a wish is more than one refund"
        if wish.standing is RefundStanding.DONE:
            refunds = {one.id for one in (made or at_stripe[wish.charge_id].refunds)}
            assert wish.refund_id in refunds, "a wish is done, and no refund was made"
        else:
            assert wish.standing is RefundStanding.FAILED
            assert all(one.status == "failed" for one in made), "a wish failed, and its refund did not"


def _check_tickets(world: World, record: OrderRecord, outcome: Outcome) -> None:
    """Tickets were issued at most once, and the buyer got as many mails about it."""
    secrets = world.secrets[record.id]
    mails = sum(item.tickets_of == record.id for item in items_of("MailItem", "MAIL"))
    told = _told(BUYER.user_id, "Paid: ", record.id)
    assert len(secrets) == mails == told, f"{len(secrets)} sets of tickets, {mails} mails, {told} notifications"
    assert mails <= 1, "two sets of tickets"
    assert secrets == ({record.ticket_secret} if record.ticket_secret else set())
    assert mails or not outcome.has_tickets, "paid without tickets"


def _told(user_id: str, title: str, order_id: str) -> int:
    mine = [item for item in items_of("NotificationItem", "NOTIFICATION#") if item.pk == f"USER#{user_id}"]
    return sum(_is_about(item, title, order_id) for item in mine)


def _is_about(item: Any, title: str, order_id: str) -> bool:
    return bool(item.title.startswith(title) and order_id in item.subject)


def _check_stock(world: World, found: list[Outcome]) -> None:
    """Left + held + sold = capacity; nothing is held; sold equals the tickets of paid orders."""
    stock = stock_of(world.ticket)
    sold = sum(sold.quantity for sold, outcome in zip(world.orders, found, strict=True) if outcome.has_tickets)
    assert (stock.left, stock.held, stock.sold) == (world.capacity - sold, 0, sold), stock

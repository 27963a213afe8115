"""What people and faults may do in a payment world: the verbs of generated schedules.

A schedule is a list of steps; each names what happens, to which order, and a number that decides the rest. A step that
makes no sense at that moment does nothing.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from chalicelib.core.errors import Conflict, InvalidInput, MarqueeError, SoldOut
from chalicelib.orders.domain.charge import Charge, ChargeDispute, PaymentStatus
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.domain.refund import RefundForm
from tests.harness.shop import BUYER, OWNER, form_of
from tests.property.payment_world import Killed, Sold, World

MOST_STRAYS = 2
MOST_DISPUTES = 3
_DISPUTES: dict[str | None, tuple[str, ...]] = {
    None: ("needs_response", "warning_needs_response"),
    "warning_needs_response": ("warning_closed", "needs_response"),
    "needs_response": ("under_review", "won", "lost"),
    "under_review": ("won", "lost"),
}
"""Where a dispute may go (docs.stripe.com/api/disputes/object)."""


class Step(NamedTuple):
    """One step of a schedule."""

    verb: str
    order: int
    number: int


def take(world: World, step: Step) -> None:
    """Do what a step says."""
    _VERBS[step.verb](world, step.order, step.number)


def make_order(world: World, _: int, number: int) -> None:
    """The next buyer comes; one whose request died sends it again."""
    if len(world.orders) == len(world.quantities):
        return
    quantity = world.quantities[len(world.orders)]
    new_id = world.shop.services.ids.new_id()
    form = form_of((world.ticket, quantity))
    try:
        record, _token = _until_alive(
            lambda: world.shop.services.orders.place_order.place_order(
                world.shop.event_id, form, caller=BUYER, new_id=new_id
            )
        )
    except SoldOut:
        world.fired["sold out"] += 1
        world.quantities.pop(len(world.orders))
        return
    world.orders.append(Sold(record, quantity))
    open_checkout(world, len(world.orders) - 1, number)


def open_checkout(world: World, order: int, _: int) -> None:
    """A buyer goes to pay."""
    if (sold := world.sold(order)) is None:
        return
    try:
        sold.session = _until_alive(lambda: world.shop.checkout(sold.record))
    except MarqueeError:
        return


def cancel(world: World, order: int, _: int) -> None:
    """A buyer cancels, until somebody answers."""
    if (sold := world.sold(order)) is None:
        return
    cancel = world.shop.services.payments.cancel_order.cancel_order
    try:
        ended = _until_alive(lambda: cancel(sold.record.id, caller=BUYER, access=None))
    except MarqueeError:
        return
    assert ended.state is OrderState.CANCELLED
    sold.is_cancelled = sold.is_cancelled or ended.order.reason == "cancelled_by_buyer"


def pay(world: World, order: int, number: int) -> None:
    """A buyer pays what is asked, or something else."""
    sold = world.sold(order)
    if sold is None or sold.session is None or not world.truth.is_open(sold.session):
        return
    asked = sold.record.order.total.amount
    wrong: dict[int, dict[str, Any]] = {
        5: {"amount": asked + 1},
        6: {"amount": asked - 1},
        7: {"currency": "USD"},
        8: {"livemode": True},
    }
    changes = wrong.get(number % 17, {})
    world.fired["other amount, currency or mode"] += bool(changes)
    world.truth.succeed(sold.session, **changes)


def pay_again(world: World, order: int, number: int) -> None:
    """Money comes through a checkout that the order does not know. In an account only once the order is bound to that:
    nobody is given an address to pay at before, and such a payment is kept for people to look at.
    """
    sold = world.sold(order)
    if sold is None or sold.strays == MOST_STRAYS or world.shop.record(sold.record).account != world.account:
        return
    sold.strays += 1
    state = world.shop.state(sold.record)
    kind = {OrderState.EXPIRED: "late payment", OrderState.CANCELLED: "payment of a cancelled order"}
    world.fired[kind.get(state, "payment through another checkout")] += 1
    total = sold.record.order.total
    world.truth.stray(sold.record.id, total.amount + (number % 7 == 6), total.currency)


def pay_late(world: World, order: int, number: int) -> None:
    """A hold ends, and then money comes."""
    world.pass_time(order, 3)
    world.release(order, number)
    pay_again(world, order, number)


def begin_waiting(world: World, order: int, _: int) -> None:
    """A buyer pays by a method whose money comes later."""
    sold = world.sold(order)
    if sold is not None and sold.session is not None and world.truth.is_open(sold.session):
        world.truth.wait(sold.session)


def end_waiting(world: World, order: int, number: int) -> None:
    """The awaited money comes, or not."""
    sold = world.sold(order)
    if sold is None or sold.session is None or world.status(sold.session) is not PaymentStatus.UNPAID:
        return
    if number % 3 == 1:
        world.fired["asynchronous payment succeeded"] += 1
        world.truth.succeed(sold.session)
    else:
        world.fired["asynchronous payment failed"] += 1
        world.truth.fail(sold.session)


def decline(world: World, order: int, _: int) -> None:
    """A card is declined."""
    sold = world.sold(order)
    if sold is not None and sold.session is not None and world.truth.is_open(sold.session):
        world.fired["declined"] += 1
        world.truth.decline(sold.session)


def refund_in_dashboard(world: World, order: int, number: int) -> None:
    """Somebody refunds at Stripe, in part or in full."""
    charge = world.charge(order, number)
    if charge is None or world.truth.holds_money(charge.id) or charge.refunded == charge.amount:
        return
    left = charge.amount - charge.refunded
    amount = left if number % 2 else max(1, left // 3)
    world.fired["refund in the dashboard"] += 1
    world.truth.give_back(charge.id, amount, "pending" if number % 3 == 0 else "succeeded")


def turn_refund(world: World, order: int, number: int) -> None:
    """A refund does not reach the bank after all, or a pending one does."""
    charge = world.charge(order, number)
    refunds = [] if charge is None else world.truth.open_refunds(charge.id)
    if charge is None or not refunds:
        return
    refund = refunds[number % len(refunds)]
    fails = number % 3 > 0
    world.fired["refund failed"] += fails
    world.truth.turn_refund(charge.id, refund.id, "failed" if fails else "succeeded")


def refund_by_staff(world: World, order: int, number: int) -> None:
    """Staff ask for a refund, in part or in full."""
    if (sold := world.sold(order)) is None:
        return
    form = RefundForm(amount=None if number % 2 else 700)
    key = world.shop.services.ids.new_id()
    request = world.shop.services.payments.refund_payment.request_refund
    try:
        _until_alive(lambda: request(sold.record.id, form, caller=OWNER, key=key))
    except (Conflict, InvalidInput):
        return
    world.fired["refund by staff"] += 1


def dispute(world: World, order: int, number: int) -> None:
    """A dispute begins or goes on: of all of a charge, of a part, or in another currency."""
    charge = world.charge(order, number)
    if charge is None:
        return
    disputes = world.truth.disputes_of(charge.id)
    last = disputes[-1] if disputes else None
    following = _DISPUTES.get(last.status if last else None, ())
    if last is None:
        _open_dispute(world, charge, number)
    elif last is not None and following:
        turn = following[number // 3 % len(following)]
        world.fired[f"dispute {turn}"] += 1
        world.truth.dispute(charge.id, turn, id=last.id)


def dispute_in_parts(world: World, order: int, number: int) -> None:
    """Parts of a charge are disputed, each by itself."""
    charge = world.charge(order, number)
    for _ in range(2 if charge is not None else 0):
        _open_dispute(world, world.truth.charge(charge.id), 2)


def _open_dispute(world: World, charge: Charge, number: int) -> None:
    others = len(charge.disputes)
    left = charge.amount - charge.refunded - sum(_in_currency_of(charge, one) for one in charge.disputes)
    if left <= 0 or others == MOST_DISPUTES:
        return
    turn = _DISPUTES[None][number // 3 % 2]
    amounts: tuple[tuple[str, int, str], ...] = (
        ("all that is left", left, charge.currency),
        ("all that is left", left, charge.currency),
        ("a part", max(1, left // 3), charge.currency),
        ("a part", max(1, left // 2), charge.currency),
        ("a higher amount", charge.amount + 17, charge.currency),
        ("another currency", max(1, charge.amount // 2), "CHF"),
        ("another currency", charge.amount * 160, "JPY"),
    )
    what, amount, currency = amounts[number % len(amounts)]
    world.fired[f"dispute {turn}"] += 1
    world.fired[f"dispute of {what}"] += 1
    world.fired["another dispute of a charge"] += others > 0
    world.truth.dispute(charge.id, turn, id=f"dp_{others + 1}", amount=amount, currency=currency)


def _in_currency_of(charge: Charge, dispute: ChargeDispute) -> int:
    """What a dispute is about, in the currency of its charge: all of it when it is in another."""
    return dispute.amount if dispute.currency == charge.currency else charge.amount


def take_stripe_away(world: World, _: int, number: int) -> None:
    """Stripe is away for the next calls."""
    world.truth.away = 1 + number % 2


def refuse_permission(world: World, _: int, number: int) -> None:
    """The key lacks a permission for the next calls."""
    world.truth.refused = 1 + number % 4


def disable_endpoint(world: World, _: int, number: int) -> None:
    """Our endpoint is disabled for the next events: Stripe never tells them."""
    world.truth.disabled = 1 + number % 4


def lose_reply(world: World, _: int, number: int) -> None:
    """Stripe does the next call, and nobody hears of it."""
    world.truth.losing = 1


def kill(world: World, _: int, number: int) -> None:
    """The process dies at one of the next writes."""
    world.death = (number // 2 % 2, bool(number % 2))


def _until_alive(work: Callable[[], Any]) -> Any:
    """What comes of a request that is sent again whenever the process died under it."""
    while True:
        try:
            return work()
        except Killed:
            continue


_VERBS: dict[str, Callable[[World, int, int], None]] = {
    "order": make_order,
    "checkout": open_checkout,
    "cancel": cancel,
    "pay": pay,
    "pay again": pay_again,
    "pay late": pay_late,
    "begin waiting": begin_waiting,
    "end waiting": end_waiting,
    "decline": decline,
    "refund in dashboard": refund_in_dashboard,
    "turn refund": turn_refund,
    "refund by staff": refund_by_staff,
    "dispute": dispute,
    "pass time": World.pass_time,
    "release": World.release,
    "reconcile": World.reconcile,
    "deliver": World.deliver,
    "deliver at once": World.deliver_at_once,
    "drop": World.drop,
    "repeat": World.repeat,
    "bring wish": World.bring_wish,
    "bring wishes at once": World.bring_wishes_at_once,
    "Stripe away": take_stripe_away,
    "refuse permission": refuse_permission,
    "disable endpoint": disable_endpoint,
    "dispute in parts": dispute_in_parts,
    "lose reply": lose_reply,
    "kill": kill,
}
VERBS = tuple(_VERBS)

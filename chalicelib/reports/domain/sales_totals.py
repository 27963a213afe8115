"""Sales totals: what one order adds to the sums of its event, and the sums as staff read them. Pure.

A tally is what one order adds: figures by name of what they count. The totals of an event are the sum of the tallies of
its orders, so a changed order changes them by the difference of its tallies (reports/services/update_totals.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.orders.domain.charge import Charge
from chalicelib.orders.domain.order import Order
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.reports.domain.ledger import column_of

Tally = Mapping[str, Mapping[str, int]]
"""Figures (minor units, or counts) by the name of what they count."""

TYPE, DAY, LEDGER = "TYPE", "DAY", "LEDGER"
PLATFORM = "platform"
"""Stands for the platform's own Stripe account, whose id is not stored with orders."""
_GOOD = frozenset({OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.DISPUTED})
"""States in which sold tickets let people in, or may do so again."""


class TypeTotals(Struct, frozen=True, kw_only=True):
    """Sales of a ticket type in one currency, in minor units. `sold`, `held`, `left` and `capacity` are its stock now;
    `voided` tickets were sold and are no longer valid. `name` is null for a deleted type. Refunds of an order are
    divided over its lines in proportion to their amounts; money that lost disputes took of a part counts as refunded,
    as in an order.
    """

    ticket_type_id: str
    name: str | None
    currency: str
    sold: int
    held: int
    left: int
    capacity: int
    voided: int
    gross: int
    refunded: int
    charged_back: int


class CurrencyTotals(Struct, frozen=True, kw_only=True):
    """All sales in one currency, in minor units. `fees` and `net` are those of Stripe's balance in this currency (the
    ledger has the details); a sale settled in another currency adds its fees and net there.
    """

    currency: str
    orders: int
    sold: int
    voided: int
    gross: int
    refunded: int
    charged_back: int
    fees: int
    net: int


class DayTotals(Struct, frozen=True, kw_only=True):
    """Orders that were paid on one day (UTC) in one currency, with their later refunds and disputes."""

    date: str
    currency: str
    orders: int
    sold: int
    voided: int
    gross: int
    refunded: int
    charged_back: int


class SalesTotals(Struct, frozen=True, kw_only=True):
    """The sales of an event. Amounts of money may be some moments old; numbers of stock are exact."""

    currencies: list[CurrencyTotals]
    types: list[TypeTotals]
    days: list[DayTotals]


def tally_of(order: Order, charges: Iterable[Charge]) -> Tally:
    """Returns what an order with these charges adds to the totals of its event."""
    tally: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    if order.paid_at is not None:
        _add_sale(tally, order, order.paid_at)
    for charge in charges:
        for entry in charge.ledger:
            counted = column_of(entry)
            if counted is None:
                continue
            column, amount = counted
            sums = tally[f"{LEDGER}#{charge.account or PLATFORM}#{entry.currency}"]
            sums[column] += amount
            sums["fees"] += entry.fee
            sums["net"] += entry.net
    return _without_zeros(tally)


def difference(before: Tally, after: Tally) -> Tally:
    """Returns by how much totals change; figures that do not change are left out."""
    return merged([after, {name: {key: -n for key, n in figures.items()} for name, figures in before.items()}])


def merged(tallies: Iterable[Tally]) -> Tally:
    """Returns the sum of several tallies."""
    total: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for tally in tallies:
        for name, figures in tally.items():
            for key, number in figures.items():
                total[name][key] += number
    return _without_zeros(total)


def share(amount: int, weights: Sequence[int]) -> list[int]:
    """Returns the amount divided in proportion to the weights. The largest remainders are rounded up, so that the parts
    add up to the amount.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(amount * weights[place] % whole), place))
    for place in by_remainder[: amount - sum(parts)]:
        parts[place] += 1
    return parts


def _add_sale(tally: defaultdict[str, defaultdict[str, int]], order: Order, paid_at: datetime) -> None:
    currency, good = order.total.currency, order.state in _GOOD
    weights = [line.amount for line in order.lines]
    back = order.refunded.amount if order.refunded else 0
    refunds = share(back, weights)
    losses = share(order.total.amount - back if order.state is OrderState.CHARGED_BACK else 0, weights)
    day = tally[f"{DAY}#{paid_at:%Y-%m-%d}#{currency}"]
    day["orders"] += 1
    for line, refunded, lost in zip(order.lines, refunds, losses, strict=True):
        for sums in (day, tally[f"{TYPE}#{line.ticket_type_id}#{currency}"]):
            sums["tickets"] += line.quantity
            sums["voided"] += 0 if good else line.quantity
            sums["gross"] += line.amount
            sums["refunded"] += refunded
            sums["charged_back"] += lost


def _without_zeros(tally: Mapping[str, Mapping[str, int]]) -> Tally:
    kept = {name: {key: number for key, number in figures.items() if number} for name, figures in tally.items()}
    return {name: figures for name, figures in kept.items() if figures}

"""Sales totals: what one order adds to the sums of its event, and the sums as staff read them. Pure.

A tally is what an order adds: figures by what they are counted under. The totals of an event are the sum of the tallies
of its orders, so a changed order changes them by the difference of its tallies (reports/services/update_totals.py).
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
"""Figures (minor units or numbers of things) by name of what they are counted under."""

TYPE, DAY, LEDGER = "TYPE", "DAY", "LEDGER"
PLATFORM = "platform"
"""Stands for the platform's own Stripe account, whose id no order knows."""
_GOOD = frozenset({OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.DISPUTED})
"""States in which tickets that were sold still let people in, or may again."""


class TypeTotals(Struct, frozen=True, kw_only=True):
    """Sales of a ticket type in one currency, minor units. `sold`, `held`, `left` and `capacity` are its stock now;
    `voided` tickets were sold and are not any more. `name` is null for a type that was removed. Refunds are shared
    over the lines of an order by what they came to; a part that a dispute took is among them, as in an order.
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
    """All sales in one currency, minor units. `fees` and `net` are what Stripe's balance in this currency got of them
    (the ledger has its parts); a sale settled in another currency shows its fees and net there.
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
    """Sales of one day (UTC) in one currency, and what became of just those since."""

    date: str
    currency: str
    orders: int
    sold: int
    voided: int
    gross: int
    refunded: int
    charged_back: int


class SalesTotals(Struct, frozen=True, kw_only=True):
    """What an event has sold. Money follows an order's change within moments; stock is exact."""

    currencies: list[CurrencyTotals]
    types: list[TypeTotals]
    days: list[DayTotals]


def tally_of(order: Order, charges: Iterable[Charge]) -> Tally:
    """What an order with these charges adds to the totals of its event."""
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
    """By how much totals change; only what does."""
    return merged([after, {name: {key: -n for key, n in figures.items()} for name, figures in before.items()}])


def merged(tallies: Iterable[Tally]) -> Tally:
    """The sum of several tallies."""
    total: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for tally in tallies:
        for name, figures in tally.items():
            for key, number in figures.items():
                total[name][key] += number
    return _without_zeros(total)


def share(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount in parts that are as the weights, largest remainders first, so that nothing is lost or made."""
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

"""A basket: checks what a buyer asks for against what is on sale, and sets the prices. Pure."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from chalicelib.catalog.domain.code import AccessCode, Discount, covers, unit_discount
from chalicelib.catalog.domain.ticket_type import TicketType, closed_because, needs_code
from chalicelib.core.errors import InvalidInput, SaleClosed, Violation
from chalicelib.core.money import Money, display, maximum_charge, minimum_charge
from chalicelib.orders.domain.order import Line, OrderLineForm, total_of


def checked_lines(
    asked: Sequence[OrderLineForm],
    tickets: Sequence[TicketType | None],
    *,
    now: datetime,
    event_ends_at: datetime,
    access: AccessCode | None = None,
    is_staff: bool = False,
) -> list[Line]:
    """Returns the lines of an order at full price. `tickets` are the types of `asked`, None where there is none. A
    hidden type, or one that needs a code, needs an access code that covers it, except for staff. Raises InvalidInput
    with every violation, SaleClosed.
    """
    violations = []
    lines = []
    for index, (form, ticket) in enumerate(zip(asked, tickets, strict=True)):
        opened = ticket and (is_staff or not needs_code(ticket) or (access is not None and covers(access, ticket.id)))
        if ticket is None or (ticket.hidden and not opened):
            violations.append(Violation(f"/lines/{index}/ticket_type_id", "names no ticket type on sale here"))
            continue
        if not opened:
            violations.append(Violation("/access_code", f"must be one for {ticket.name}"))
        if not ticket.min_per_order <= form.quantity <= ticket.max_per_order:
            rule = f"must be from {ticket.min_per_order} to {ticket.max_per_order}"
            violations.append(Violation(f"/lines/{index}/quantity", rule))
        lines.append(Line(ticket_type_id=ticket.id, name=ticket.name, quantity=form.quantity, price=ticket.price))
    if len({line.price.currency for line in lines}) > 1:
        violations.append(Violation("/lines", "must be in one currency"))
    if violations:
        raise InvalidInput(violations)
    for ticket in tickets:
        closed = ticket and closed_because(ticket, now=now, event_ends_at=event_ends_at)
        if closed:
            raise SaleClosed(closed)
    return lines


def discounted(lines: Sequence[Line], discount: Discount) -> list[Line]:
    """Returns the lines with the discount on each line it covers. Raises InvalidInput when it covers none of them."""
    found = []
    for line in lines:
        off = unit_discount(discount, line.price) if covers(discount, line.ticket_type_id) else 0
        total = Money(amount=off * line.quantity, currency=line.price.currency) if off else None
        found.append(replace(line, discount=total))
    if all(line.discount is None for line in found):
        raise InvalidInput(
            [Violation("/discount_code", "is for none of these tickets")], code="discount_not_applicable"
        )
    return found


def check_total(lines: Sequence[Line]) -> None:
    """Raises InvalidInput for a total that cannot be paid: above the maximum, or above 0 and below Stripe's minimum."""
    total, currency = total_of(lines), lines[0].price.currency
    most = maximum_charge(currency)
    if total > most:
        rule = f"come to {display(total, currency)}; the largest payment is {display(most, currency)}"
        raise InvalidInput([Violation("/lines", rule)], code="above_maximum")
    least = minimum_charge(currency)
    if 0 < total < least:
        rule = f"come to {display(total, currency)}; the smallest payment is {display(least, currency)}"
        raise InvalidInput([Violation("/lines", rule)], code="below_minimum")

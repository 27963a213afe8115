"""Ticket types: rules across fields, and when they are on sale."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.catalog.domain.ticket_type import TicketTypeFields, closed_because
from chalicelib.core.errors import InvalidInput
from chalicelib.core.validation import validate

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FORM: dict[str, Any] = {"name": "Day ticket", "price": {"amount": 2500, "currency": "EUR"}, "quantity": 5}


def ticket(**fields: Any) -> TicketTypeFields:
    return validate({**FORM, **fields}, TicketTypeFields)


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"sales_start": "2030-01-02T00:00:00Z", "sales_end": "2030-01-01T00:00:00Z"}, ["/sales_end"]),
        ({"min_per_order": 5, "max_per_order": 4}, ["/max_per_order"]),
        ({"price": {"amount": 1005, "currency": "KWD"}}, ["/price/amount"]),
        ({"price": {"amount": -1, "currency": "EUR"}}, ["/price/amount"]),
        ({"quantity": 1.5}, ["/quantity"]),
        ({"quantity": -1, "position": -1}, ["/quantity", "/position"]),
        ({"available": 9}, ["/available"]),
        ({"min_per_order": 3, "max_per_buyer": 2}, ["/max_per_buyer"]),
        ({"max_per_buyer": 0}, ["/max_per_buyer"]),
    ],
)
def test_validate_ticket_type_against_the_rules_is_refused(fields: dict[str, Any], pointers: list[str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        ticket(**fields)
    assert [violation.pointer for violation in refusal.value.violations] == pointers


@pytest.mark.parametrize(
    ("fields", "is_open"),
    [
        ({}, True),
        ({"sales_start": NOW}, True),
        ({"sales_start": NOW + HOUR}, False),
        ({"sales_end": NOW + HOUR}, True),
        ({"sales_end": NOW}, False),
    ],
)
def test_sale_window_begins_inclusive_and_ends_exclusive(fields: dict[str, datetime], is_open: bool) -> None:
    texts = {name: moment.isoformat() for name, moment in fields.items()}
    assert (closed_because(ticket(**texts), now=NOW, event_ends_at=NOW + 2 * HOUR) is None) is is_open


def test_sale_without_an_end_ends_with_the_event() -> None:
    assert closed_because(ticket(), now=NOW, event_ends_at=NOW) is not None

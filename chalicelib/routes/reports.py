"""Routes of an event's sales, for its staff: orders, charges, attendees, totals and ledger, as JSON and as CSV.

Answers have personal data of buyers, so no cache stores them, and search terms are not logged.
"""

from urllib.parse import urlencode

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import conditional
from chalicelib.core.kinds import View
from chalicelib.core.pagination import Page

routes = Routes(__name__)
EVENT = "/v1/events/{event}"
FILTERS = ("state", "q")
PAGED = ("limit", "cursor")
CSV = "text/csv"
STAFF = (403,)


@routes.get(
    f"{EVENT}/orders",
    Contract(
        "List the orders of an event, newest first",
        auth="required",
        query=(*FILTERS, *PAGED),
        result="api.schemas.sales:OrderRead",
        many=True,
        problems=STAFF,
    ),
)
def list_orders(request: Request, event: str) -> Answer:
    """Returns orders by state, and by part of a name or address or the beginning of an id. A page may have fewer than
    `limit` items and still name a next page.
    """
    from chalicelib.reports.services.list_orders import ORDER_STATES
    from chalicelib.representations.rows import parse_filters

    services, event_id = bootstrap.services(), _event(event)
    filters = parse_filters(request.query, ORDER_STATES)
    found = services.reports.list_orders.list_orders(
        event_id, _page(request, event_id, "orders"), filters, caller=request.caller
    )
    return conditional(request, found, View.ALL)


@routes.get(
    f"{EVENT}/orders.csv",
    Contract("The orders as CSV", auth="required", query=(*FILTERS, "cursor"), content_type=CSV, problems=STAFF),
)
def export_orders(request: Request, event: str) -> Answer:
    """Returns the orders as a CSV file; `Link` names the next part of a long list."""
    from chalicelib.reports.services.list_orders import ORDER_STATES
    from chalicelib.representations.rows import parse_filters

    services, event_id = bootstrap.services(), _event(event)
    filters, page = parse_filters(request.query, ORDER_STATES), _part(request, event_id, "orders")
    return _file(
        request,
        event_id,
        "orders",
        services.reports.list_orders.export_orders(event_id, page, filters, caller=request.caller),
    )


@routes.get(
    f"{EVENT}/charges",
    Contract(
        "List the charges of an event, those of the newest order first",
        auth="required",
        query=("q", *PAGED),
        result="orders.domain.charge:Charge",
        many=True,
        problems=STAFF,
    ),
)
def list_charges(request: Request, event: str) -> Answer:
    """Returns charge records; `q` is the beginning of the id of a charge or an order."""
    from chalicelib.representations.rows import parse_filters

    services, event_id = bootstrap.services(), _event(event)
    filters, page = parse_filters(request.query, frozenset()), _page(request, event_id, "charges")
    return conditional(
        request, services.reports.list_orders.list_charges(event_id, page, filters, caller=request.caller), View.ALL
    )


@routes.get(
    f"{EVENT}/charges.csv",
    Contract("The charges as CSV", auth="required", query=("q", "cursor"), content_type=CSV, problems=STAFF),
)
def export_charges(request: Request, event: str) -> Answer:
    """Returns the charges as a CSV file; `Link` names the next part of a long list."""
    from chalicelib.representations.rows import parse_filters

    services, event_id = bootstrap.services(), _event(event)
    filters, page = parse_filters(request.query, frozenset()), _part(request, event_id, "charges")
    sheet = services.reports.list_orders.export_charges(event_id, page, filters, caller=request.caller)
    return _file(request, event_id, "charges", sheet)


@routes.get(
    f"{EVENT}/attendees",
    Contract(
        "List the attendees of an event, a ticket each",
        auth="required",
        query=(*FILTERS, *PAGED),
        result="reports.domain.attendee:Guest",
        many=True,
        problems=STAFF,
    ),
)
def list_attendees(request: Request, event: str) -> Answer:
    """Returns attendees in the order of their orders; the state is the ticket's."""
    from chalicelib.reports.services.list_attendees import TICKET_STATES
    from chalicelib.representations.rows import parse_filters

    services, event_id = bootstrap.services(), _event(event)
    filters, page = parse_filters(request.query, TICKET_STATES), _page(request, event_id, "attendees")
    return conditional(
        request,
        services.reports.list_attendees.list_attendees(event_id, page, filters, caller=request.caller),
        View.ALL,
    )


@routes.get(
    f"{EVENT}/attendees.csv",
    Contract("The attendees as CSV", auth="required", query=(*FILTERS, "cursor"), content_type=CSV, problems=STAFF),
)
def export_attendees(request: Request, event: str) -> Answer:
    """Returns the attendees as a CSV file; `Link` names the next part of a long list."""
    from chalicelib.reports.services.list_attendees import TICKET_STATES
    from chalicelib.representations.rows import parse_filters

    services, event_id = bootstrap.services(), _event(event)
    filters, page = parse_filters(request.query, TICKET_STATES), _part(request, event_id, "attendees")
    return _file(
        request,
        event_id,
        "attendees",
        services.reports.list_attendees.export_attendees(event_id, page, filters, caller=request.caller),
    )


@routes.get(
    f"{EVENT}/sales",
    Contract(
        "What was sold, by currency, ticket type and day",
        auth="required",
        result="reports.domain.sales_totals:SalesTotals",
        problems=STAFF,
    ),
)
def read_totals(request: Request, event: str) -> Answer:
    """Returns what was sold, by currency, ticket type and day."""
    found = bootstrap.services().reports.read_totals.read_totals(_event(event), caller=request.caller)
    return conditional(request, found, View.ALL)


@routes.get(
    f"{EVENT}/ledger",
    Contract(
        "List every movement of money, with sums by balance and currency",
        auth="required",
        query=PAGED,
        result="reports.domain.ledger:Ledger",
        problems=STAFF,
    ),
)
def read_ledger(request: Request, event: str) -> Answer:
    """Returns Stripe's balance transactions of the event's payments, those of the newest order first."""
    services, event_id = bootstrap.services(), _event(event)
    found = services.reports.read_totals.read_ledger(
        event_id, _page(request, event_id, "ledger"), caller=request.caller
    )
    return conditional(request, found, View.ALL)


@routes.get(
    f"{EVENT}/ledger.csv",
    Contract("The ledger as CSV", auth="required", query=("cursor",), content_type=CSV, problems=STAFF),
)
def export_ledger(request: Request, event: str) -> Answer:
    """Returns the ledger as a CSV file; `Link` names the next part of a long list."""
    services, event_id = bootstrap.services(), _event(event)
    page = _part(request, event_id, "ledger")
    return _file(
        request, event_id, "ledger", services.reports.read_totals.export_ledger(event_id, page, caller=request.caller)
    )


def _event(event: str) -> str:
    return bootstrap.services().representations.read.event_id(event)


def _page(request: Request, event_id: str, name: str) -> Page:
    from chalicelib.core.pagination import parse_page
    from chalicelib.representations.rows import scope

    return parse_page(request.query, scope=scope(event_id, name), key=bootstrap.services().keys.cursor_key)


def _part(request: Request, event_id: str, name: str) -> Page:
    """Returns a page with as many rows as one file has."""
    from chalicelib.reports.services.list_orders import SHEET_ROWS

    return _page(request, event_id, name)._replace(limit=SHEET_ROWS)


def _file(request: Request, event_id: str, name: str, sheet: object) -> Answer:
    """Returns a CSV file to download. Its name consists of fixed words and ids, so no user's text is in a header."""
    from chalicelib.representations.csv import CONTENT_TYPE
    from chalicelib.representations.rows import Sheet

    assert isinstance(sheet, Sheet)  # noqa: S101 - listing is imported late
    answer = conditional(request, sheet.found, View.ALL, content_type=CONTENT_TYPE)
    if answer.status == 200:
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{event_id}.csv"'
    if sheet.next_cursor:
        query = urlencode({**request.query, "cursor": sheet.next_cursor})
        answer.headers["Link"] = f'</api/v1/events/{event_id}/{name}.csv?{query}>; rel="next"'
    return answer

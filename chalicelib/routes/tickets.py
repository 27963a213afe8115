"""Routes of an order's tickets: the list, QR codes, the PDF, the attendees. The same people as in routes/orders.py may
read them.

The PDF is the only binary answer. API Gateway turns it into bytes only for a request whose Accept names its type. The
CDN (infra/stacks/edge.yaml) and the local gateway add that header to requests for this path (docs/platform.md).
"""

from chalicelib import bootstrap
from chalicelib.api.conditional import none_match, parse_match, quote
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import PDF, PRIVATE, Answer, Contract, Request
from chalicelib.api.responses import changed, conditional
from chalicelib.core.errors import MalformedRequest
from chalicelib.core.kinds import View

routes = Routes(__name__)
ACCESS = ("access",)
SVG = "image/svg+xml; charset=utf-8"


@routes.get(
    "/v1/orders/{id}/tickets",
    Contract(
        "List the tickets of an order",
        auth="optional",
        query=ACCESS,
        result="tickets.domain.ticket:TicketRead",
        many=True,
    ),
)
def list_tickets(request: Request, id: str) -> Answer:
    """Returns all tickets; none before the order is paid."""
    issuing = bootstrap.services().tickets.issue_tickets
    found = issuing.list_tickets(id, principal=request.principal, access=request.query.get("access"))
    return conditional(request, found, View.ALL)


@routes.get(
    "/v1/orders/{id}/tickets/{number}/qr.svg",
    Contract("The QR code of a ticket", auth="optional", query=ACCESS, content_type="image/svg+xml", problems=(409,)),
)
def read_qr(request: Request, id: str, number: str) -> Answer:
    """Returns the code that the gate scans, as SVG."""
    issuing = bootstrap.services().tickets.issue_tickets
    found = issuing.read_qr(id, number, principal=request.principal, access=request.query.get("access"))
    return conditional(request, found, View.ALL, content_type=SVG)


@routes.get(
    "/v1/orders/{id}/tickets.pdf",
    Contract("The tickets of an order to print", auth="optional", query=ACCESS, content_type=PDF, problems=(409,)),
)
def read_pdf(request: Request, id: str) -> Answer:
    """Returns a PDF with one page for each ticket."""
    if PDF not in (request.header("accept") or ""):
        raise MalformedRequest(f"Send Accept: {PDF}.", code="not_acceptable")
    issuing = bootstrap.services().tickets.issue_tickets
    tag, make = issuing.read_pdf(id, principal=request.principal, access=request.query.get("access"))
    headers = {"Cache-Control": PRIVATE, "ETag": quote(tag)}
    if none_match(request.header("if-none-match"), tag):
        return Answer(status=304, headers=headers)
    made = make()
    named = {"Content-Type": made.content_type, "Content-Disposition": f'inline; filename="{made.name}"'}
    return Answer(made.content, headers=headers | named)


@routes.patch(
    "/v1/orders/{id}/attendees",
    Contract(
        "Say who comes; a ticket that changes hands gets a new code",
        auth="optional",
        query=ACCESS,
        body="tickets.domain.ticket:AttendeesForm",
        if_match=True,
        result="tickets.domain.ticket:TicketRead",
        many=True,
    ),
)
def update_attendees(request: Request, id: str) -> Answer:
    """Changes the attendees of the named tickets and returns all tickets."""
    issuing = bootstrap.services().tickets.issue_tickets
    access = request.query.get("access")
    match = parse_match(request.header("if-match"))
    found = issuing.update_attendees(id, request.body, principal=request.principal, access=access, match=match)
    tag, body = found.load()
    return changed(body, tag)

"""Orders: made by anybody, read by their buyer and the event's staff, paid on Stripe's page.

Without an account the `access` token in the query stands for the buyer; query strings are never logged.
"""

import json

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import PRIVATE, Answer, Contract, Request
from chalicelib.api.responses import changed, conditional, created
from chalicelib.core.kinds import View
from chalicelib.representations.json_text import add_members

routes = Routes(__name__)
ACCESS = ("access",)


@routes.post(
    "/v1/events/{event}/orders",
    Contract(
        "Order tickets; they are held until the order expires",
        auth="optional",
        body="orders.domain.order:OrderForm",
        creates=True,
        secret=True,
        result="api.schemas.sales:OrderMade",
        status=201,
        problems=(409,),
    ),
)
def place_order(request: Request, event: str) -> Answer:
    """A reserved order, or a paid one when it is free."""
    from chalicelib.representations.represent import represent

    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    record, access = services.orders.place_order.place_order(
        event_id, request.body, caller=request.principal, new_id=request.resource_id, source=request.visitor
    )
    made = represent(record.order)
    body = made.body if access is None else add_members(made.body, {"access": access})
    return created(body, made.etag, record.order.links.self_)


@routes.get(
    "/v1/orders/{id}",
    Contract("Read an order", auth="optional", query=ACCESS, result="api.schemas.sales:OrderRead"),
)
def read_order(request: Request, id: str) -> Answer:
    """One order, for its buyer and the event's staff."""
    found = bootstrap.services().orders.read_order.read_order(
        id, principal=request.principal, access=request.query.get("access")
    )
    return conditional(request, found, View.ALL)


@routes.get(
    "/v1/orders/{id}/charges",
    Contract("List the charges of an order", auth="optional", query=ACCESS, result="api.schemas.sales:ChargeList"),
)
def list_charges(request: Request, id: str) -> Answer:
    """The charges of an order, for the event's staff."""
    found = bootstrap.services().orders.read_order.list_charges(
        id, principal=request.principal, access=request.query.get("access")
    )
    return conditional(request, found, View.ALL)


@routes.post(
    "/v1/orders/{id}/payment",
    Contract(
        "Open the checkout of an order",
        auth="optional",
        query=ACCESS,
        result="api.schemas.sales:CheckoutOpened",
        status=201,
        problems=(409, 422, 502, 503),
    ),
)
def open_checkout(request: Request, id: str) -> Answer:
    """Where to pay; the same place however often it is asked."""
    url = bootstrap.services().payments.open_checkout.open_checkout(
        id, caller=request.principal, access=request.query.get("access")
    )
    return Answer(json.dumps({"checkout_url": url}), 201, {"Cache-Control": PRIVATE})


@routes.post(
    "/v1/orders/{id}/cancel",
    Contract(
        "Cancel an order that is not paid",
        auth="optional",
        query=ACCESS,
        result="orders.domain.order:Order",
        problems=(409, 502, 503),
    ),
)
def cancel_order(request: Request, id: str) -> Answer:
    """Gives the tickets back."""
    from chalicelib.representations.represent import represent

    record = bootstrap.services().payments.cancel_order.cancel_order(
        id, caller=request.principal, access=request.query.get("access")
    )
    made = represent(record.order)
    return changed(made.body, made.etag)


@routes.post(
    "/v1/orders/{id}/refunds",
    Contract(
        "Refund an order, in part or all that is left",
        auth="required",
        body="orders.domain.refund:RefundForm",
        creates=True,
        result="orders.domain.refund:RefundWish",
        status=201,
        problems=(409,),
    ),
)
def request_refund(request: Request, id: str) -> Answer:
    """A refund that is wanted; Stripe makes it within moments, the order then says so."""
    from chalicelib.representations.represent import represent

    refund_payment = bootstrap.services().payments.refund_payment
    wish = refund_payment.request_refund(id, request.body, caller=request.caller, key=request.resource_id)
    made = represent(wish)
    return created(made.body, made.etag, f"/api/v1/orders/{id}/refunds")


@routes.get(
    "/v1/orders/{id}/refunds",
    Contract("List the refunds that were asked for", auth="required", result="api.schemas.sales:RefundWishList"),
)
def list_refunds(request: Request, id: str) -> Answer:
    """What came of each wish, for the event's staff."""
    found = bootstrap.services().orders.read_order.list_refunds(id, principal=request.caller)
    return conditional(request, found, View.ALL)

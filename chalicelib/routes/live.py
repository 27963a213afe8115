"""Route of the tickets that open sockets; triggers/sockets.py handles the sockets."""

import json

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.core.errors import FeatureOff

routes = Routes(__name__)


@routes.post(
    "/v1/live/tickets",
    Contract(
        "Get a one-time ticket to open a socket",
        auth="required",
        creates=True,
        secret=True,
        result="api.schemas.notifications:LiveTicket",
        status=201,
    ),
)
def create_ticket(request: Request) -> Answer:
    """Returns the URL of a socket. It works once, for half a minute, for the page that requested it."""
    services = bootstrap.services()
    if not services.config.live:
        raise FeatureOff("Live pushes are switched off here; ask for the unread count instead.", code="live_off")
    url, expires_in = services.live.connect_socket.create_ticket(request.caller, origin=request.header("origin"))
    return Answer(json.dumps({"url": url, "expires_in": expires_in}), 201)

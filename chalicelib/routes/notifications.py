"""The caller's notifications: how many are unread, the list, and marking them."""

import json

from chalicelib import bootstrap
from chalicelib.api.answering import conditional
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.domain.cursors import parse_page
from chalicelib.domain.kinds import View

routes = Routes(__name__)


@routes.get(
    "/v1/notifications",
    Contract(
        "List one's notifications",
        auth="required",
        query=("state", "order", "limit", "cursor"),
        result="api.schemas.notifications:NotificationRead",
        many=True,
    ),
)
def list_notifications(request: Request) -> Answer:
    """The caller's inbox, newest first unless asked otherwise."""
    from chalicelib.services import browsing  # the other routes and the cold start do without it

    services = bootstrap.services()
    state, order = browsing.chosen(request.query)
    user_id = request.caller.user_id
    page = parse_page(request.query, scope=browsing.scope(user_id, state, order), key=services.cursor_key)
    return conditional(request, services.browsing.notifications(user_id, state, order, page), View.ALL)


@routes.get(
    "/v1/notifications/unread-count",
    Contract("Count one's unread notifications", auth="required", result="api.schemas.notifications:UnreadCount"),
)
def count_unread(request: Request) -> Answer:
    """How many notifications the caller has not read."""
    return conditional(request, bootstrap.services().browsing.unread_count(request.caller.user_id), View.ALL)


@routes.post("/v1/notifications/{id}/read", Contract("Mark a notification read", auth="required", status=204))
def read_notification(request: Request, id: str) -> Answer:
    """Mark one read; nothing changes when it is already."""
    bootstrap.services().acknowledging.read(id, caller=request.caller)
    return Answer(status=204)


@routes.post("/v1/notifications/{id}/unread", Contract("Mark a notification unread", auth="required", status=204))
def unread_notification(request: Request, id: str) -> Answer:
    """Mark one unread; nothing changes when it is already."""
    bootstrap.services().acknowledging.unread(id, caller=request.caller)
    return Answer(status=204)


@routes.post(
    "/v1/notifications/read-all",
    Contract("Mark all notifications read", auth="required", result="api.schemas.notifications:MarkedRead"),
)
def read_all_notifications(request: Request) -> Answer:
    """Mark read what is unread now; `more` says that some are left for another call."""
    return Answer(json.dumps(bootstrap.services().acknowledging.read_all(caller=request.caller)._asdict()))

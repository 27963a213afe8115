"""Routes of notifications: the caller's list, unread count and marks; those of all users, for administrators."""

import json
from urllib.parse import urlencode

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import conditional
from chalicelib.core.kinds import View
from chalicelib.core.pagination import Page, parse_page

routes = Routes(__name__)
FILTERS = ("action", "user", "state", "from", "to")
CSV = "text/csv"


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
    """Returns the caller's inbox, newest first unless `order` says otherwise."""
    from chalicelib.notifications.services import read_inbox  # the other routes and a cold start do not need it

    services = bootstrap.services()
    state, order = read_inbox.chosen(request.query)
    user_id = request.caller.user_id
    page = parse_page(request.query, scope=read_inbox.scope(user_id, state, order), key=services.keys.cursor_key)
    return conditional(
        request, services.notifications.read_inbox.list_notifications(user_id, state, order, page), View.ALL
    )


@routes.get(
    "/v1/notifications/unread-count",
    Contract("Count one's unread notifications", auth="required", result="api.schemas.notifications:UnreadCount"),
)
def count_unread(request: Request) -> Answer:
    """Returns how many notifications the caller has not read."""
    return conditional(
        request, bootstrap.services().notifications.read_inbox.count_unread(request.caller.user_id), View.ALL
    )


@routes.post("/v1/notifications/{id}/read", Contract("Mark a notification read", auth="required", status=204))
def mark_read(request: Request, id: str) -> Answer:
    """Marks one read; nothing changes when it is read already."""
    bootstrap.services().notifications.mark_read.mark_read(id, caller=request.caller)
    return Answer(status=204)


@routes.post("/v1/notifications/{id}/unread", Contract("Mark a notification unread", auth="required", status=204))
def mark_unread(request: Request, id: str) -> Answer:
    """Marks one unread; nothing changes when it is unread already."""
    bootstrap.services().notifications.mark_read.mark_unread(id, caller=request.caller)
    return Answer(status=204)


@routes.post(
    "/v1/notifications/read-all",
    Contract(
        "Mark all notifications read",
        auth="required",
        query=("up_to",),
        result="api.schemas.notifications:MarkedRead",
    ),
)
def mark_all_read(request: Request) -> Answer:
    """Marks all notifications read that are unread now. With `more` some are left: call again with `up_to`."""
    acknowledging = bootstrap.services().notifications.mark_read
    marked = acknowledging.mark_all_read(caller=request.caller, up_to=request.query.get("up_to"))
    return Answer(json.dumps(marked._asdict()))


@routes.get(
    "/v1/admin/notifications",
    Contract(
        "List notifications of all people, newest first, for administrators",
        auth="required",
        query=(*FILTERS, "limit", "cursor"),
        result="api.schemas.notifications:NotificationOverseen",
        many=True,
    ),
)
def list_delivery_log(request: Request) -> Answer:
    """Returns notifications filtered by action, user (an account's id), state (unread, read) and time (days or
    moments), by default those of the last 92 days. A page may have fewer than `limit` items and still name a next page.
    """
    services, page = bootstrap.services(), _overseen_page(request)
    return conditional(
        request,
        services.notifications.delivery_log.list_delivery_log(request.query, page, caller=request.caller),
        View.ALL,
    )


@routes.get(
    "/v1/admin/notifications.csv",
    Contract("The same as CSV", auth="required", query=(*FILTERS, "cursor"), content_type=CSV),
)
def export_delivery_log(request: Request) -> Answer:
    """Returns the list as a CSV file; `Link` names the next part of a long list."""
    from chalicelib.notifications.services.delivery_log import SHEET_ROWS
    from chalicelib.representations.csv import CONTENT_TYPE

    page = _overseen_page(request)._replace(limit=SHEET_ROWS)
    sheet = bootstrap.services().notifications.delivery_log.export_delivery_log(
        request.query, page, caller=request.caller
    )
    answer = conditional(request, sheet.found, View.ALL, content_type=CONTENT_TYPE)
    if answer.status == 200:
        answer.headers["Content-Disposition"] = 'attachment; filename="notifications.csv"'
    if sheet.next_cursor:
        query = urlencode({**request.query, "cursor": sheet.next_cursor})
        answer.headers["Link"] = f'</api/v1/admin/notifications.csv?{query}>; rel="next"'
    return answer


def _overseen_page(request: Request) -> Page:
    from chalicelib.notifications.services.delivery_log import SCOPE

    return parse_page(request.query, scope=SCOPE, key=bootstrap.services().keys.cursor_key)

"""Routes of announcements from an event's staff: sending one and reading its progress."""

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import conditional
from chalicelib.core.kinds import View

routes = Routes(__name__)
MANY, ONE = "/v1/events/{event}/announcements", "/v1/events/{event}/announcements/{id}"
ANNOUNCEMENT = "announcements.domain.announcement:Announcement"


@routes.post(
    MANY,
    Contract(
        "Send an announcement to staff or attendees",
        auth="required",
        body="announcements.domain.announcement:AnnouncementForm",
        creates=True,
        result=ANNOUNCEMENT,
        status=202,
        problems=(403, 429),
    ),
)
def create_announcement(request: Request, event: str) -> Answer:
    """Accepts an announcement, which is sent after the answer. Read it again for its progress."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    made = services.announcements.announce.create_announcement(
        event_id, request.body, caller=request.caller, new_id=request.resource_id
    )
    return Answer(made.body, 202, {"Location": f"/api/v1/events/{event_id}/announcements/{request.resource_id}"})


@routes.get(
    MANY,
    Contract(
        "List an event's announcements, newest first",
        auth="required",
        query=("limit", "cursor"),
        result=ANNOUNCEMENT,
        many=True,
        problems=(403,),
    ),
)
def list_announcements(request: Request, event: str) -> Answer:
    """Returns all announcements with their progress."""
    from chalicelib.announcements.services.announce import scope
    from chalicelib.core.pagination import parse_page

    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    page = parse_page(request.query, scope=scope(event_id), key=services.keys.cursor_key)
    return conditional(
        request, services.announcements.announce.list_announcements(event_id, page, caller=request.caller), View.ALL
    )


@routes.get(ONE, Contract("Read an announcement", auth="required", result=ANNOUNCEMENT, problems=(403,)))
def read_announcement(request: Request, event: str, id: str) -> Answer:
    """Returns one announcement with its progress: people found so far, inboxes it is in, mails queued."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    return conditional(
        request, services.announcements.announce.read_announcement(event_id, id, caller=request.caller), View.ALL
    )

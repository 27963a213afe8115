"""The first map: the Chalice application, which module serves which path, and every trigger that is not HTTP.

Triggers stand here because Chalice exports broken handlers from blueprints (docs/platform.md). Nothing is decided in
this file: routes are in chalicelib/routes, what a change causes in chalicelib/reactions.py.
"""

import gc
import os
from typing import Any

gc.set_threshold(50_000, 20, 100)  # a start allocates much and frees nothing: looking for garbage meanwhile is waste

from chalice.app import CloudWatchEvent, DynamoDBEvent, Rate, SNSEvent, WebsocketEvent

from chalicelib import bootstrap, reactions, triggers
from chalicelib.api.endpoint import OWN_API
from chalicelib.api.late_routes import LateRoutes, Table
from chalicelib.api.requests import PDF
from chalicelib.core.kinds import LISTS, CodeKind

OLDEST = "TRIM_HORIZON"
"""Where a new stream mapping begins: nothing written while there was none is lost, and reactions bear repeating."""

EVENT = "/v1/events/{event}"
# fmt: off
ROUTES: Table = {
    "accounts": ("/v1/auth", "/v1/me"),
    "events": ("/v1/events",),
    "team": (
        f"{EVENT}/invites", f"{EVENT}/roles", f"{EVENT}/sessions/{{id}}/speaker-invites", "/v1/invites",
    ),
    "proposals": (
        f"{EVENT}/call-for-papers", f"{EVENT}/sessions/{{id}}/confirm", f"{EVENT}/sessions/{{id}}/review",
        f"{EVENT}/submissions", "/v1/me/submissions",
    ),
    "exchange": ("/v1/events/import", "/v1/imports"),
    "ticket_types": (f"{EVENT}/access-codes/check", f"{EVENT}/ticket-types"),
    "quotas": (f"{EVENT}/quotas",),
    "waiting_list": (f"{EVENT}/waiting-list",),
    "orders": (f"{EVENT}/orders", "/v1/orders"),
    "tickets": ("/v1/orders/{id}/attendees", "/v1/orders/{id}/tickets"),
    "check_ins": (f"{EVENT}/check-ins",),
    "reports": (
        f"{EVENT}/attendees", f"{EVENT}/charges", f"{EVENT}/ledger", f"{EVENT}/orders", f"{EVENT}/sales",
    ),
    "payments": ("/v1/stripe", f"{EVENT}/stripe-account"),
    "notifications": ("/v1/admin/notifications", "/v1/notifications"),
    "announcements": (f"{EVENT}/announcements",),
    "preferences": (
        "/pages/unsubscribe", "/v1/me/notification-preferences", "/v1/me/push-subscriptions", "/v1/unsubscribes",
    ),
    "live": ("/v1/live",),
    "pages": ("/pages",),
    "docs": ("/docs", "/v1/openapi"),
    **{("programme", kind): (f"{EVENT}/{kind.value}",) for kind in LISTS},
    **{("codes", kind): (f"{EVENT}/{kind.value}",) for kind in CodeKind},
}
"""Module of chalicelib/routes -> the paths it serves, each with all below it that has no row of its own."""
# fmt: on

CHALICE_CLI = "AWS_CHALICE_CLI_MODE" in os.environ
"""Whether `chalice deploy` or its like imports this file, which happens on a developer's machine only."""
if CHALICE_CLI:
    from infra.deploy import stage_config

    stage_config.enter_chalice_cli()

settings = bootstrap.services().config
app = LateRoutes(app_name=f"marquee-{settings.stage}", package="chalicelib.routes", table=ROUTES)
app.experimental_feature_flags.update(["BLUEPRINTS", "WEBSOCKETS"])
app.api.binary_types.append(PDF)
if CHALICE_CLI or "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:
    app.register_all()  # on Lambda each request registers its own, for a short cold start (ADR 23)


@app.lambda_function(name="stripe_webhook")
def stripe_webhook(event: dict[str, Any], context: Any) -> Any:
    """POST /v1/stripe/webhook once more, as a function with capacity of its own that no crowd of buyers can take. Its
    API has no CDN before it: Stripe's signature says who calls.
    """
    return app({**event, "requestContext": {**event["requestContext"], OWN_API: True}}, context)


@app.on_ws_connect()
def socket_connect(event: WebsocketEvent) -> dict[str, Any]:
    """A socket opens with a one-time ticket."""
    return triggers.sockets.connect(event.to_dict())


@app.on_ws_message()
def socket_message(event: WebsocketEvent) -> dict[str, Any]:
    """A client says something."""
    return triggers.sockets.message(event.to_dict())


@app.on_ws_disconnect()
def socket_disconnect(event: WebsocketEvent) -> dict[str, Any]:
    """A socket closed."""
    return triggers.sockets.disconnect(event.to_dict())


@app.on_dynamodb_record(
    stream_arn=settings.content_stream_arn, name="on_content", batch_size=25, starting_position=OLDEST
)
def on_content(event: DynamoDBEvent) -> dict[str, Any]:
    """Content changed."""
    return triggers.streams.react(event.to_dict(), reactions.CONTENT)


@app.on_dynamodb_record(stream_arn=settings.sales_stream_arn, name="on_sales", batch_size=25, starting_position=OLDEST)
def on_sales(event: DynamoDBEvent) -> dict[str, Any]:
    """Something was sold, or is to be refunded."""
    return triggers.streams.react(event.to_dict(), reactions.SALES)


@app.on_dynamodb_record(
    stream_arn=settings.inbox_stream_arn, name="on_stripe_inbox", batch_size=25, starting_position=OLDEST
)
def on_stripe_inbox(event: DynamoDBEvent) -> dict[str, Any]:
    """Stripe told us something."""
    return triggers.streams.react(event.to_dict(), reactions.STRIPE_INBOX)


@app.on_dynamodb_record(
    stream_arn=settings.notifications_stream_arn, name="on_notifications", batch_size=100, starting_position=OLDEST
)
def on_notifications(event: DynamoDBEvent) -> dict[str, Any]:
    """A notification was written."""
    return triggers.streams.react(event.to_dict(), reactions.NOTIFICATIONS)


@app.on_dynamodb_record(
    stream_arn=settings.notifications_stream_arn, name="send_mails", batch_size=25, starting_position=OLDEST
)
def send_mails(event: DynamoDBEvent) -> dict[str, Any]:
    """A mail was written or woken."""
    return triggers.streams.react(event.to_dict(), reactions.MAILS)


@app.schedule(Rate(10, unit=Rate.MINUTES), name="reconcile_payments")
def reconcile_payments(_: CloudWatchEvent) -> None:
    """What Stripe's webhooks did not tell is asked for."""
    triggers.timers.reconcile_payments()


@app.schedule(Rate(15, unit=Rate.MINUTES), name="do_what_is_due")
def do_what_is_due(_: CloudWatchEvent) -> None:
    """Mails that wait or were lost are sent, digests are made, calls for papers open."""
    triggers.timers.do_what_is_due()


@app.on_sns_message(topic=f"marquee-{settings.stage}-mail-events", name="on_mail_event")
def on_mail_event(event: SNSEvent) -> None:
    """A mail came back."""
    triggers.mail_events.hear(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES), name="release_holds")
def release_holds(_: CloudWatchEvent) -> None:
    """The holds of unpaid orders end."""
    triggers.timers.release_holds()


@app.schedule(Rate(1, unit=Rate.MINUTES), name="lapse_offers")
def lapse_offers(_: CloudWatchEvent) -> None:
    """Offers of the waiting list end, and what is free is offered."""
    triggers.timers.lapse_offers()

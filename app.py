"""The first map: the Chalice application, the table of routes, and every trigger that is not HTTP.

The triggers are in this file because Chalice exports broken handlers from blueprints (docs/platform.md). This file
decides nothing: routes are in chalicelib/routes, the effects of a change in chalicelib/reactions.py.
"""

import gc
import os
from typing import Any

gc.set_threshold(50_000, 20, 100)  # a start allocates much and frees nothing: collections would only cost time

from chalice.app import CloudWatchEvent, DynamoDBEvent, Rate, SNSEvent, WebsocketEvent

from chalicelib import bootstrap, reactions, triggers
from chalicelib.api.endpoint import OWN_API
from chalicelib.api.late_routes import LateRoutes, Table
from chalicelib.api.requests import PDF
from chalicelib.core.kinds import LISTS, CodeKind

OLDEST = "TRIM_HORIZON"
"""Where a new stream mapping starts reading: from the oldest record, so that writes made before the mapping existed are
not lost. Reactions may run again for records that were handled before.
"""

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
"""Module of chalicelib/routes -> the path prefixes that it serves. A longer prefix with its own row takes precedence.
"""
# fmt: on

CHALICE_CLI = "AWS_CHALICE_CLI_MODE" in os.environ
"""Whether `chalice deploy` or another Chalice command imports this file. This happens on a developer's machine only."""
if CHALICE_CLI:
    from infra.deploy import stage_config

    stage_config.enter_chalice_cli()

settings = bootstrap.services().config
app = LateRoutes(app_name=f"marquee-{settings.stage}", package="chalicelib.routes", table=ROUTES)
app.experimental_feature_flags.update(["BLUEPRINTS", "WEBSOCKETS"])
app.api.binary_types.append(PDF)
if CHALICE_CLI or "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:
    app.register_all()  # on Lambda each request registers only its own module, for a short cold start (ADR 23)


@app.lambda_function(name="stripe_webhook")
def stripe_webhook(event: dict[str, Any], context: Any) -> Any:
    """Serves POST /v1/stripe/webhook as a function with reserved capacity, which a rush of buyers cannot use up. No CDN
    is in front of its API: Stripe's signature authenticates the caller.
    """
    return app({**event, "requestContext": {**event["requestContext"], OWN_API: True}}, context)


@app.on_ws_connect()
def socket_connect(event: WebsocketEvent) -> dict[str, Any]:
    """Opens a WebSocket connection for a client that sends a one-time ticket."""
    return triggers.sockets.connect(event.to_dict())


@app.on_ws_message()
def socket_message(event: WebsocketEvent) -> dict[str, Any]:
    """Handles a frame that a client sent."""
    return triggers.sockets.message(event.to_dict())


@app.on_ws_disconnect()
def socket_disconnect(event: WebsocketEvent) -> dict[str, Any]:
    """Removes a connection that was closed."""
    return triggers.sockets.disconnect(event.to_dict())


@app.on_dynamodb_record(
    stream_arn=settings.content_stream_arn, name="on_content", batch_size=25, starting_position=OLDEST
)
def on_content(event: DynamoDBEvent) -> dict[str, Any]:
    """Runs the reactions to changes of the content table."""
    return triggers.streams.react(event.to_dict(), reactions.CONTENT)


@app.on_dynamodb_record(stream_arn=settings.sales_stream_arn, name="on_sales", batch_size=25, starting_position=OLDEST)
def on_sales(event: DynamoDBEvent) -> dict[str, Any]:
    """Runs the reactions to changes of the sales table: orders, stock, refunds, check-ins."""
    return triggers.streams.react(event.to_dict(), reactions.SALES)


@app.on_dynamodb_record(
    stream_arn=settings.inbox_stream_arn, name="on_stripe_inbox", batch_size=25, starting_position=OLDEST
)
def on_stripe_inbox(event: DynamoDBEvent) -> dict[str, Any]:
    """Runs the reactions to events that Stripe's webhooks stored in the inbox."""
    return triggers.streams.react(event.to_dict(), reactions.STRIPE_INBOX)


@app.on_dynamodb_record(
    stream_arn=settings.notifications_stream_arn, name="on_notifications", batch_size=100, starting_position=OLDEST
)
def on_notifications(event: DynamoDBEvent) -> dict[str, Any]:
    """Runs the reactions to changes of the notifications table, except sending mail."""
    return triggers.streams.react(event.to_dict(), reactions.NOTIFICATIONS)


@app.on_dynamodb_record(
    stream_arn=settings.notifications_stream_arn, name="send_mails", batch_size=25, starting_position=OLDEST
)
def send_mails(event: DynamoDBEvent) -> dict[str, Any]:
    """Sends mails that were queued or that are to be tried again."""
    return triggers.streams.react(event.to_dict(), reactions.MAILS)


@app.schedule(Rate(10, unit=Rate.MINUTES), name="reconcile_payments")
def reconcile_payments(_: CloudWatchEvent) -> None:
    """Asks Stripe for what its webhooks did not deliver."""
    triggers.timers.reconcile_payments()


@app.schedule(Rate(15, unit=Rate.MINUTES), name="do_what_is_due")
def do_what_is_due(_: CloudWatchEvent) -> None:
    """Sends mails that wait or were lost, makes digests, opens calls for papers."""
    triggers.timers.do_what_is_due()


@app.on_sns_message(topic=f"marquee-{settings.stage}-mail-events", name="on_mail_event")
def on_mail_event(event: SNSEvent) -> None:
    """Handles a bounce, complaint or other delivery event of a mail."""
    triggers.mail_events.hear(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES), name="release_holds")
def release_holds(_: CloudWatchEvent) -> None:
    """Ends the holds of unpaid orders."""
    triggers.timers.release_holds()


@app.schedule(Rate(1, unit=Rate.MINUTES), name="lapse_offers")
def lapse_offers(_: CloudWatchEvent) -> None:
    """Ends expired offers of the waiting list and offers the free tickets."""
    triggers.timers.lapse_offers()

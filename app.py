"""THE MAP: the Chalice application, its blueprints, and every trigger that is not HTTP.

Triggers stand here because Chalice exports broken handlers from blueprints (docs/platform.md). Nothing is decided in
this file: routes are in chalicelib/routes, what a change causes in chalicelib/reactions.py.
"""

import gc
import os
from typing import Any

gc.set_threshold(50_000, 20, 100)  # a start allocates much and frees nothing: looking for garbage meanwhile is waste

from chalice.app import Chalice, CloudWatchEvent, DynamoDBEvent, Rate, SNSEvent, WebsocketEvent

from chalicelib import bootstrap, reactions, triggers
from chalicelib.api.endpoint import OWN_API
from chalicelib.domain.kinds import LISTS, CodeKind

# fmt: off
from chalicelib.routes import (
    accounts, announcements, check_ins, codes, docs, events, imports, live, notifications, orders, pages,
    people_of_event, preferences, quotas, resources, reviews, sales, stripe, stripe_accounts, submissions, ticket_types,
    tickets, waiting_list,
)
# fmt: on

OLDEST = "TRIM_HORIZON"
"""Where a new stream mapping begins: nothing written while there was none is lost, and reactions bear repeating."""

if "AWS_CHALICE_CLI_MODE" in os.environ:  # set by `chalice deploy` and its like, never on Lambda
    from infra import stage_config

    stage_config.enter_chalice_cli()

settings = bootstrap.services().config
app = Chalice(app_name=f"marquee-{settings.stage}")
app.experimental_feature_flags.update(["BLUEPRINTS", "WEBSOCKETS"])
app.api.binary_types.append(tickets.PDF)

# fmt: off
for module in (
    accounts, events, people_of_event, submissions, reviews, imports, ticket_types, quotas, waiting_list, orders,
    tickets, check_ins, sales, stripe, stripe_accounts, notifications, announcements, preferences, live, pages, docs,
):
    app.register_blueprint(module.routes)
# fmt: on
for kind in LISTS:
    app.register_blueprint(resources.routes_for(kind))
for code_kind in CodeKind:
    app.register_blueprint(codes.routes_for(code_kind))


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

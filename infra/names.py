"""What Chalice calls the things it makes, so that they can be found in an account without Chalice's records; and the
parameters that keep the secrets.

A test compares Chalice's names with those that it plans for app.py.
"""

FUNCTIONS = (
    "api_handler",
    "stripe_webhook",
    "websocket_connect",
    "websocket_message",
    "websocket_disconnect",
    "on_content",
    "on_sales",
    "on_stripe_inbox",
    "on_notifications",
    "send_mails",
    "on_mail_event",
    "do_what_is_due",
    "reconcile_payments",
    "release_holds",
    "lapse_offers",
)
STREAM_FUNCTIONS = {
    "on_content": "ContentStreamArn",
    "on_sales": "SalesStreamArn",
    "on_stripe_inbox": "InboxStreamArn",
    "on_notifications": "NotificationsStreamArn",
    "send_mails": "NotificationsStreamArn",
}
"""Functions fed by a stream, and the output of the data stack that names it."""
TIMERS = ("do_what_is_due", "reconcile_payments", "release_holds", "lapse_offers")
TOPIC_FUNCTIONS = {"on_mail_event": "mail-events"}
"""Functions fed by an SNS topic, and what its name has after the stage's prefix."""
TABLES = ("content", "people", "sales", "stripe_inbox", "notifications", "connections")
API_STAGE = "api"
SECRETS = {
    "TOKEN_KEYS": "token-keys",
    "STRIPE_SECRET_KEY": "stripe-secret-key",
    "STRIPE_WEBHOOK_SECRET": "stripe-webhook-secret",
    "STRIPE_CONNECT_WEBHOOK_SECRET": "stripe-connect-webhook-secret",
    "VAPID_PRIVATE_KEY": "vapid-private-key",
}
"""The variable that refers to a secret, and the parameter's name after the stage's."""


def function(prefix: str, name: str) -> str:
    """The Lambda function's name; the API's handler has the bare prefix."""
    return prefix if name == "api_handler" else f"{prefix}-{name}"


def role(prefix: str, name: str) -> str:
    """The function's IAM role."""
    return f"{prefix}-{name}"


def layer(prefix: str) -> str:
    """The layer that all functions share."""
    return f"{prefix}-managed-layer"


def rest_api(prefix: str) -> str:
    """The REST API, named by app.py."""
    return prefix


def websocket_api(prefix: str) -> str:
    return f"{prefix}-websocket-api"


def topic(prefix: str, name: str) -> str:
    """The topic that feeds a function."""
    return f"{prefix}-{TOPIC_FUNCTIONS[name]}"


def rule(prefix: str, name: str) -> str:
    """The schedule of a timer."""
    return f"{prefix}-{name}-event"

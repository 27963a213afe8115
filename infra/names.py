"""The names that Chalice gives to the resources it creates, and the names of the parameters that keep the secrets.

With them, resources are found in an account without Chalice's records. A test compares the names with those that
Chalice plans for app.py.
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
"""By function that reads a stream: the output of the data stack with the stream's ARN."""
TIMERS = ("do_what_is_due", "reconcile_payments", "release_holds", "lapse_offers")
TOPIC_FUNCTIONS = {"on_mail_event": "mail-events"}
"""By function that an SNS topic calls: the topic's name after the stage's prefix."""
TABLES = ("content", "people", "sales", "stripe_inbox", "notifications", "connections")
API_STAGE = "api"
SECRETS = {
    "TOKEN_KEYS": "token-keys",
    "STRIPE_SECRET_KEY": "stripe-secret-key",
    "STRIPE_WEBHOOK_SECRET": "stripe-webhook-secret",
    "STRIPE_CONNECT_WEBHOOK_SECRET": "stripe-connect-webhook-secret",
    "VAPID_PRIVATE_KEY": "vapid-private-key",
}
"""By environment variable that refers to a secret: the parameter's name after the stage's path."""


def function(prefix: str, name: str) -> str:
    """Returns the Lambda function's name. The API's handler is named by the prefix alone."""
    return prefix if name == "api_handler" else f"{prefix}-{name}"


def role(prefix: str, name: str) -> str:
    """Returns the name of the function's IAM role."""
    return f"{prefix}-{name}"


def layer(prefix: str) -> str:
    """Returns the name of the layer that all functions share."""
    return f"{prefix}-managed-layer"


def rest_api(prefix: str) -> str:
    """Returns the REST API's name, which app.py sets."""
    return prefix


def websocket_api(prefix: str) -> str:
    return f"{prefix}-websocket-api"


def topic(prefix: str, name: str) -> str:
    """Returns the name of the SNS topic that calls a function."""
    return f"{prefix}-{TOPIC_FUNCTIONS[name]}"


def rule(prefix: str, name: str) -> str:
    """Returns the name of the EventBridge rule that calls a timer function."""
    return f"{prefix}-{name}-event"

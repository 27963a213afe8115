"""The environment variables of every test process. Set before any import of chalicelib."""

import os

PREFIX = "marquee-test-"
_ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/marquee-test-{}/stream/test"

VARIABLES = {
    "STAGE": "test",
    "TABLE_PREFIX": PREFIX,
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "ORIGIN_DIGESTS": "direct",
    "WEBSOCKET_URL": "ws://127.0.0.1:8000/_local/socket",
    "CONNECTIONS_ENDPOINT": "http://127.0.0.1:8000/_local/connections",
    "STRIPE_SECRET_KEY": "sk_test_local",
    "STRIPE_API_BASE": "http://127.0.0.1:9/_local/stripe",
    "STRIPE_WEBHOOK_SECRET": "whsec_test",
    "STRIPE_CONNECT_WEBHOOK_SECRET": "whsec_connect",
    "TOKEN_KEYS": "k1:" + "0123456789abcdef" * 4,
    "VAPID_PRIVATE_KEY": "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",  # the key of RFC 8291, section 5
    "VAPID_PUBLIC_KEY": "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
    "PUSH_SERVICES": "http://127.0.0.1:9/_local/push",
    "MAIL_FROM": "Marquee <tickets@marquee.example>",
    "LIVE": "on",
    "ORDER_HOLD_SECONDS": "900",
    "CONTENT_STREAM_ARN": _ARN.format("content"),
    "INBOX_STREAM_ARN": _ARN.format("stripe_inbox"),
    "SALES_STREAM_ARN": _ARN.format("sales"),
    "NOTIFICATIONS_STREAM_ARN": _ARN.format("notifications"),
}


def prepare(database_url: str) -> None:
    """Sets the environment of this process, with the URL of a test database."""
    os.environ.update(VARIABLES, AWS_ENDPOINT_URL_DYNAMODB=database_url)

"""Reads the environment; the only module that does. A missing or wrong value stops the start with a list of all
problems.

Called once by bootstrap/. Every variable is documented in .env.example; a test compares the two.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")
DIRECT = ("direct",)
"""The value of `origin_digests` when no CDN is in front of the API: the caller's address is the visitor's."""


class Misconfigured(RuntimeError):
    """One or more environment variables are missing or wrong; the message lists all of them."""


class Config:
    """The settings of a deployment. Times in seconds. A secret is the value itself or a reference to it
    (`is_reference`).

    A plain class: a NamedTuple with this many fields adds 1 % to the read path's cold start.
    """

    stage: str
    table_prefix: str
    region: str
    dynamodb_endpoint: str
    ssm_endpoint: str
    public_url: str
    origin_digests: tuple[str, ...]
    website: str
    token_keys: str
    function_secrets: tuple[str, ...]
    websocket_url: str
    connections_endpoint: str
    live: bool
    stripe_secret_key: str
    stripe_webhook_secret: str
    stripe_connect_webhook_secret: str
    application_fee_basis_points: int
    stripe_api_base: str
    order_hold_seconds: int
    waiting_offer_seconds: int
    mail_from: str
    vapid_public_key: str
    vapid_private_key: str
    push_services: tuple[str, ...]
    admin_email: str
    content_stream_arn: str
    sales_stream_arn: str
    inbox_stream_arn: str
    notifications_stream_arn: str

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)

    def __repr__(self) -> str:
        return f"Config({self.stage})"

    def replaced(self, **values: Any) -> "Config":
        """Returns a copy with the given values changed."""
        return Config(**{**vars(self), **values})


def load(environment: Mapping[str, str] = os.environ) -> Config:
    """Reads and checks the environment. Raises Misconfigured, which names every problem."""
    problems: list[str] = []
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or ""
    if not region:
        problems.append("AWS_REGION is missing")
    config = Config(
        stage=_text(environment, "STAGE", problems),
        table_prefix=_text(environment, "TABLE_PREFIX", problems),
        region=region,
        dynamodb_endpoint=environment.get("AWS_ENDPOINT_URL_DYNAMODB") or f"https://dynamodb.{region}.amazonaws.com",
        ssm_endpoint=environment.get("AWS_ENDPOINT_URL_SSM") or f"https://ssm.{region}.amazonaws.com",
        public_url=_text(environment, "PUBLIC_URL", problems).rstrip("/"),
        origin_digests=_parsed(environment, "ORIGIN_DIGESTS", _origin_digests, problems) or (),
        website=_parsed(environment, "WEBSITE", _release, problems) or "",
        token_keys=_parsed(environment, "TOKEN_KEYS", _token_setting, problems) or "",
        function_secrets=_references(environment, environment.get("FUNCTION_SECRETS", "")),
        websocket_url=environment.get("WEBSOCKET_URL", ""),
        connections_endpoint=environment.get("CONNECTIONS_ENDPOINT", ""),
        live=environment.get("LIVE", "on") != "off",
        stripe_secret_key=environment.get("STRIPE_SECRET_KEY", ""),
        stripe_webhook_secret=environment.get("STRIPE_WEBHOOK_SECRET", ""),
        stripe_connect_webhook_secret=environment.get("STRIPE_CONNECT_WEBHOOK_SECRET", ""),
        application_fee_basis_points=_parsed(environment, "APPLICATION_FEE_BASIS_POINTS", _basis_points, problems) or 0,
        stripe_api_base=environment.get("STRIPE_API_BASE", ""),
        order_hold_seconds=_parsed(environment, "ORDER_HOLD_SECONDS", _seconds, problems, default="900") or 0,
        waiting_offer_seconds=_parsed(environment, "WAITING_OFFER_SECONDS", _offer_seconds, problems, default="82800")
        or 0,
        mail_from=environment.get("MAIL_FROM", ""),
        vapid_public_key=environment.get("VAPID_PUBLIC_KEY", ""),
        vapid_private_key=environment.get("VAPID_PRIVATE_KEY", ""),
        push_services=tuple(one for one in environment.get("PUSH_SERVICES", "").split(",") if one),
        admin_email=environment.get("MARQUEE_ADMIN_EMAIL", ""),
        content_stream_arn=_text(environment, "CONTENT_STREAM_ARN", problems),
        sales_stream_arn=_text(environment, "SALES_STREAM_ARN", problems),
        inbox_stream_arn=_text(environment, "INBOX_STREAM_ARN", problems),
        notifications_stream_arn=_text(environment, "NOTIFICATIONS_STREAM_ARN", problems),
    )
    if config.live and not config.websocket_url:
        problems.append("WEBSOCKET_URL is missing (or set LIVE=off)")
    if problems:
        raise Misconfigured("Marquee cannot start: " + "; ".join(problems))
    return config


def _text(environment: Mapping[str, str], name: str, problems: list[str]) -> str:
    value = environment.get(name, "")
    if not value:
        problems.append(f"{name} is missing")
    return value


def _parsed(
    environment: Mapping[str, str],
    name: str,
    parse: Callable[[str], T],
    problems: list[str],
    *,
    default: str = "",
) -> T | None:
    try:
        return parse(environment.get(name, default))
    except ValueError as problem:
        problems.append(f"{name} {problem}")
        return None


def _references(environment: Mapping[str, str], names: str) -> tuple[str, ...]:
    """Returns the settings with these names that are references to secrets."""
    settings = [environment.get(name, "") for name in names.split()]
    return tuple(one for one in settings if is_reference(one))


def _seconds(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 86_400:
        raise ValueError("must be whole seconds between 1 and 86400")
    return int(text)


def _offer_seconds(text: str) -> int:
    """Returns the seconds. The limit comes from Stripe, which keeps a checkout session open for at most 24 hours:
    sessions are opened to last half an hour beyond the deadline
    (docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at).
    """
    if not text.isdigit() or not 1 <= int(text) <= 84_000:
        raise ValueError("must be whole seconds between 1 and 84000")
    return int(text)


def _basis_points(text: str) -> int:
    if text and (not text.isdigit() or int(text) > 5_000):
        raise ValueError("must be whole hundredths of a percent between 0 and 5000")
    return int(text or 0)


def _origin_digests(text: str) -> tuple[str, ...]:
    """Returns the digests. An empty value is refused: an API that anybody can call without the CDN must be asked for
    with the word `direct`.
    """
    digests = tuple(text.split(","))
    if digests != DIRECT and not all(len(one) == 64 and not one.strip("0123456789abcdef") for one in digests):
        raise ValueError("must be SHA-256 digests in hex, a comma between, or the word direct")
    return digests


def _release(text: str) -> str:
    if not text.replace("-", "").isalnum() and text:
        raise ValueError("must be letters, digits and hyphens")
    return text


def _token_setting(text: str) -> str:
    if not is_reference(text):
        token_keys(text)
    return text


def is_reference(setting: str) -> bool:
    """Whether a setting is a reference to a secret in Parameter Store (aws/parameter_store.py), not the secret."""
    return setting.startswith("ssm:")


def token_keys(secret: str) -> dict[str, str]:
    """Returns the signing secrets by key id from `kid:secret[,kid:secret…]`. The first one signs; all verify. Raises
    ValueError when a secret has fewer than 32 characters.
    """
    pairs = [entry.partition(":") for entry in secret.split(",") if entry]
    if not pairs or any(not kid or len(secret) < 32 for kid, _, secret in pairs):
        raise ValueError("must be kid:secret[,kid:secret] with secrets of at least 32 characters")
    return {kid: secret for kid, _, secret in pairs}


def webhook_secrets(secret: str) -> tuple[str, ...]:
    """Returns the signing secrets of the webhook endpoint from `secret[,secret…]`, or () when the setting is empty."""
    return tuple(one for one in secret.split(",") if one)


def is_live(stripe_secret_key: str) -> bool:
    """Whether this Stripe key moves real money."""
    return stripe_secret_key.startswith(("sk_live_", "rk_live_"))


class AwsCredentials:
    """AWS credentials from the environment variables that Lambda sets."""

    __slots__ = ("access_key", "secret_key", "session_token")

    def __init__(self, access_key: str, secret_key: str, session_token: str) -> None:
        self.access_key = access_key
        self.secret_key = secret_key
        self.session_token = session_token

    def __repr__(self) -> str:
        return "Credentials(…)"


def credentials(environment: Mapping[str, str] = os.environ) -> AwsCredentials:
    """Returns the credentials of this process. They are read at each call because they may be renewed while it runs."""
    return AwsCredentials(
        environment.get("AWS_ACCESS_KEY_ID", ""),
        environment.get("AWS_SECRET_ACCESS_KEY", ""),
        environment.get("AWS_SESSION_TOKEN", ""),
    )

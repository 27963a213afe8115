"""The environment of the product on one machine, and the runner's own settings.

`runner` calls `prepare` before the product is imported. A variable that the user has set keeps its value, except
AWS_PROFILE, which is removed.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from chalicelib.push.adapters import encryption
from infra.settings import Unusable
from infra.website import folder_of, release
from local.start_errors import WebsiteNotBuilt

PROJECT = Path(__file__).parents[1]
DEFAULT_PORT = 8000
DEFAULT_DATA_DIR = ".local"
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/{prefix}{table}/stream/local"
NO_FILE = os.devnull
ADMIN_EMAIL = "admin@marquee.example"
"""The account that sees the notifications of all users, unless MARQUEE_ADMIN_EMAIL names another."""


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """Settings from the command line or from PORT, DATA_DIR and DATABASE_PORT."""

    port: int
    data_dir: Path
    database_port: int = 0

    @property
    def origin(self) -> str:
        """The URL of the product, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"


def website() -> Path:
    """Returns the folder of the website's files. Raises WebsiteNotBuilt."""
    try:
        return folder_of(PROJECT)
    except Unusable as problem:
        raise WebsiteNotBuilt(str(problem)) from problem


def prepare(settings: RunnerSettings, database_port: int, environ: MutableMapping[str, str]) -> None:
    """Sets the variables that are missing for a start without an AWS account. Creates keys in the data directory.
    Raises WebsiteNotBuilt.
    """
    origin = settings.origin
    prefix = environ.setdefault("TABLE_PREFIX", "marquee-local-")
    defaults = {
        "STAGE": "local",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": NO_FILE,
        "AWS_SHARED_CREDENTIALS_FILE": NO_FILE,
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{database_port}",
        "AWS_ENDPOINT_URL_SESV2": f"{origin}/_local/ses",
        "PUBLIC_URL": origin,
        "ORIGIN_DIGESTS": "direct",
        "WEBSITE": release(website()),
        "WEBSOCKET_URL": f"ws://127.0.0.1:{settings.port}/_local/socket",
        "CONNECTIONS_ENDPOINT": f"{origin}/_local/connections",
        "STRIPE_WEBHOOK_SECRET": "whsec_local",
        "STRIPE_CONNECT_WEBHOOK_SECRET": "whsec_local_connect",
        "PUSH_SERVICES": f"{origin}/_local/push",
        "MAIL_FROM": "Marquee <tickets@marquee.example>",
        "MARQUEE_ADMIN_EMAIL": ADMIN_EMAIL,
        "LIVE": "on",
        "ORDER_HOLD_SECONDS": "900",
        "CONTENT_STREAM_ARN": ARN.format(prefix=prefix, table="content"),
        "INBOX_STREAM_ARN": ARN.format(prefix=prefix, table="stripe_inbox"),
        "SALES_STREAM_ARN": ARN.format(prefix=prefix, table="sales"),
        "NOTIFICATIONS_STREAM_ARN": ARN.format(prefix=prefix, table="notifications"),
    }
    _fill(environ, settings, defaults)


def _fill(environ: MutableMapping[str, str], settings: RunnerSettings, defaults: dict[str, str]) -> None:
    """Sets what the user has not set: Stripe's double, the defaults, the keys."""
    if not environ.get("STRIPE_SECRET_KEY"):
        defaults |= {"STRIPE_SECRET_KEY": "sk_test_local", "STRIPE_API_BASE": f"{settings.origin}/_local/stripe"}
    for name, value in defaults.items():
        if not environ.get(name) and (name != "WEBSITE" or name not in environ):  # an empty WEBSITE means no release
            environ[name] = value
    if not environ.get("TOKEN_KEYS"):
        environ["TOKEN_KEYS"] = f"k1:{kept(settings.data_dir / 'token_key', lambda: secrets.token_urlsafe(48))}"
    if not environ.get("VAPID_PRIVATE_KEY"):
        key = kept(settings.data_dir / "vapid_key", encryption.new_private_key)
        environ["VAPID_PRIVATE_KEY"] = key
        environ["VAPID_PUBLIC_KEY"] = encryption.public_text(encryption.private_key(key))
    environ.pop("AWS_PROFILE", None)


def uses_stripe_double(environ: MutableMapping[str, str]) -> bool:
    """Returns whether payments go to the Stripe double. False when the user gave a test key of Stripe."""
    return "/_local/stripe" in environ.get("STRIPE_API_BASE", "")


def kept(path: Path, make: Callable[[], str]) -> str:
    """Returns the secret in a file that only its owner can read. Creates it with `make` when it is missing or empty."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists() or not path.read_text().strip():
        path.unlink(missing_ok=True)
        with open(path, "w", opener=lambda name, flags: os.open(name, flags | os.O_EXCL, 0o600)) as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
    return path.read_text().strip()

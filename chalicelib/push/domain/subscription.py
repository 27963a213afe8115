"""Push subscriptions of browsers: the allowed push services, and the forms to store and to show them. Pure and light.

A subscription is what a browser's PushManager returns (W3C Push API): an endpoint at its maker's push service, which is
a capability (anyone who knows it may push), and the keys for encrypting messages (RFC 8291).
"""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from chalicelib.representations.json_text import tagged

MOST = 10
"""Browsers per person. A further one replaces the oldest."""
LIFETIME_SECONDS = 90 * 24 * 3600
"""How long a browser gets pushes after it was last seen here. Pages renew their subscription once a day."""
SERVICES = {
    "fcm.googleapis.com": "Chrome",
    "jmt17.google.com": "Chrome",
    ".push.services.mozilla.com": "Firefox",
    ".notify.windows.com": "Edge",
    ".push.apple.com": "Safari",
}
"""Hosts of push services and the browsers that use them. A leading dot stands for every host below."""


_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class PushSubscription(NamedTuple):
    """A browser of a person, and the sign-in (`family_id`) that it was subscribed in and that it ends with. `p256dh`
    and `auth` are base64url without padding; times are in Unix seconds.
    """

    id: str
    endpoint: str
    p256dh: str
    auth: str
    family_id: str  # of the sign-in; subscriptions are stored with this name
    created_at: int
    expires_at: int


def subscription_id(endpoint: str) -> str:
    """Returns an id that depends on the endpoint only."""
    return hashlib.sha256(endpoint.encode()).hexdigest()[:32]


def is_push_service(endpoint: str, others: Sequence[str] = ()) -> bool:
    """Returns whether pushes to this URL are allowed. The URL comes from a client, so it must be plain HTTPS to a known
    push service, or begin with one of `others`, which the deployment trusts.
    """
    if any(endpoint.startswith(f"{other}/") for other in others):
        return True
    if not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint or "\\" in endpoint:
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    plain = parts.scheme == "https" and port is None and "@" not in parts.netloc and not parts.fragment
    return plain and _maker(parts.hostname or "") is not None


def _maker(host: str) -> str | None:
    """Returns the browser that uses the push service at this host. None for anything but a plain host name, because
    HTTP clients interpret others differently.
    """
    if not _HOST.fullmatch(host):
        return None
    for known, name in SERVICES.items():
        if host == known or (known.startswith(".") and host.endswith(known)):
            return name
    return None


def with_one_more(subscriptions: Sequence[PushSubscription], fresh: PushSubscription) -> list[PushSubscription]:
    """Returns the subscriptions with a new one, oldest first. One with the same endpoint is replaced and keeps its
    `created_at`.
    """
    kept = [one for one in subscriptions if one.id != fresh.id]
    before = next((one for one in subscriptions if one.id == fresh.id), None)
    if before is not None:
        fresh = fresh._replace(created_at=before.created_at)
    return sorted([*kept, fresh], key=lambda one: (one.created_at, one.id))[-MOST:]


def represent(subscriptions: Sequence[PushSubscription], *, public_key: str) -> tuple[str, str]:
    """Returns tag and JSON for the owner, newest first, with the VAPID key that browsers subscribe with."""
    shown = {"public_key": public_key, "items": [represent_one(one) for one in reversed(subscriptions)]}
    return tagged(json.dumps(shown, separators=(",", ":")))


def represent_one(subscription: PushSubscription) -> dict[str, str]:
    """Returns a subscription as its owner sees it: without endpoint and keys."""
    return {
        "id": subscription.id,
        "browser": _maker(urlsplit(subscription.endpoint).hostname or "") or "Other",
        "created_at": datetime.fromtimestamp(subscription.created_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def write(subscriptions: Sequence[PushSubscription]) -> str:
    """Returns all fields as text for storage."""
    return json.dumps([one._asdict() for one in subscriptions], separators=(",", ":"))


def read(text: str | None) -> list[PushSubscription]:
    """Returns the subscriptions in a stored text, oldest first."""
    return [PushSubscription(**one) for one in json.loads(text or "[]")]

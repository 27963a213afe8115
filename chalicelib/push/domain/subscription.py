"""Subscriptions of browsers to web push: where they may point, how one person's are kept and shown. Pure and light.

A subscription is what a browser's PushManager gives (W3C Push API): an endpoint at its maker's push service, which is a
capability (whoever knows it may push), and the keys that messages are encrypted for (RFC 8291).
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
"""Browsers of one person; with one more, the one that came first is forgotten."""
LIFETIME_SECONDS = 90 * 24 * 3600
"""How long a browser is pushed to that was not seen here again; pages renew theirs once a day."""
SERVICES = {
    "fcm.googleapis.com": "Chrome",
    "jmt17.google.com": "Chrome",
    ".push.services.mozilla.com": "Firefox",
    ".notify.windows.com": "Edge",
    ".push.apple.com": "Safari",
}
"""Push services of the browsers there are, and whose they are; with a dot in front every host below."""


_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class PushSubscription(NamedTuple):
    """A browser of somebody, and the sign-in that it was subscribed from and ends with. `p256dh` and `auth` are
    base64url without padding, times Unix seconds.
    """

    id: str
    endpoint: str
    p256dh: str
    auth: str
    family_id: str  # of the sign-in; subscriptions are stored with this name
    created_at: int
    expires_at: int


def subscription_id(endpoint: str) -> str:
    """The same endpoint is the same subscription."""
    return hashlib.sha256(endpoint.encode()).hexdigest()[:32]


def is_push_service(endpoint: str, others: Sequence[str] = ()) -> bool:
    """Whether we would post there: HTTPS to a known push service and nothing else, for the URL comes from a client;
    or below one of `others`, which the deployment trusts.
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
    """Whose service a host is. What is no host name is nobody's: clients read such a one each in its own way."""
    if not _HOST.fullmatch(host):
        return None
    for known, name in SERVICES.items():
        if host == known or (known.startswith(".") and host.endswith(known)):
            return name
    return None


def with_one_more(subscriptions: Sequence[PushSubscription], fresh: PushSubscription) -> list[PushSubscription]:
    """These and a new one, oldest first; one with the same endpoint is renewed and keeps its time."""
    kept = [one for one in subscriptions if one.id != fresh.id]
    before = next((one for one in subscriptions if one.id == fresh.id), None)
    if before is not None:
        fresh = fresh._replace(created_at=before.created_at)
    return sorted([*kept, fresh], key=lambda one: (one.created_at, one.id))[-MOST:]


def represent(subscriptions: Sequence[PushSubscription], *, public_key: str) -> tuple[str, str]:
    """Tag and JSON for their owner, newest first, with the VAPID key that browsers subscribe with."""
    shown = {"public_key": public_key, "items": [represent_one(one) for one in reversed(subscriptions)]}
    return tagged(json.dumps(shown, separators=(",", ":")))


def represent_one(subscription: PushSubscription) -> dict[str, str]:
    """One as its owner sees it: neither endpoint nor keys."""
    return {
        "id": subscription.id,
        "browser": _maker(urlsplit(subscription.endpoint).hostname or "") or "Other",
        "created_at": datetime.fromtimestamp(subscription.created_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def write(subscriptions: Sequence[PushSubscription]) -> str:
    """All of it, to be stored."""
    return json.dumps([one._asdict() for one in subscriptions], separators=(",", ":"))


def read(text: str | None) -> list[PushSubscription]:
    """What was stored, oldest first."""
    return [PushSubscription(**one) for one in json.loads(text or "[]")]

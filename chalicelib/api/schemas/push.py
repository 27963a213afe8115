"""Wire structs of push subscriptions as their owner reads them; push/domain/subscription.py writes the bytes."""

from datetime import datetime

from msgspec import Struct


class PushSubscriptionRead(Struct, frozen=True, kw_only=True):
    """A browser that receives pushes while Marquee is closed; `browser` is the maker of its push service."""

    id: str
    browser: str
    created_at: datetime


class PushSubscriptionsRead(Struct, frozen=True, kw_only=True):
    """The caller's browsers, newest first, and the key that a browser subscribes with (`applicationServerKey`)."""

    public_key: str
    items: list[PushSubscriptionRead]

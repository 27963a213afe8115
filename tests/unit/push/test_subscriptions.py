"""Deleting a subscription that loses a race reads the subscriptions again, a limited number of times."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.errors import Busy
from chalicelib.push.domain.subscription import PushSubscription
from chalicelib.push.ports import Subscribed
from chalicelib.push.services.subscriptions import TRIES, Subscriptions

BROWSER = PushSubscription(
    id="one", endpoint="https://push.example/1", p256dh="k", auth="a", family_id="f", created_at=1, expires_at=2
)


class Browsers:
    """The ports `PushSubscriptionsView` and `PushSubscriptions`, where another change comes first a given number of
    times.
    """

    def __init__(self, overtaken: int) -> None:
        self.looks = 0
        self.kept = [BROWSER]
        self._overtaken = overtaken

    def load_subscriptions(self, user_id: str) -> Subscribed:
        self.looks += 1
        return Subscribed("tag", self.kept)

    def load_owner(self, subscription_id: str) -> str | None:
        return None

    def replace(self, user_id: str, wanted: list[PushSubscription], **conditions: Any) -> bool:
        if self.looks <= self._overtaken:
            return False
        self.kept = wanted
        return True


def subscriptions(browsers: Browsers) -> Subscriptions:
    return Subscriptions(browsers, browsers, SimpleNamespace(now=lambda: 1.0), trusted=[])


@pytest.mark.parametrize("overtaken", [0, 1, TRIES - 1])
def test_forget_that_is_overtaken_looks_again(overtaken: int) -> None:
    browsers = Browsers(overtaken)
    assert subscriptions(browsers).forget("ada", ["one"])
    assert (browsers.looks, browsers.kept) == (overtaken + 1, [])


def test_forget_that_is_overtaken_too_often_is_busy() -> None:
    browsers = Browsers(TRIES)
    with pytest.raises(Busy):
        subscriptions(browsers).forget("ada", ["one"])
    assert (browsers.looks, browsers.kept) == (TRIES, [BROWSER])

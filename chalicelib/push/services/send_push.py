"""Tells browsers that are closed of new notifications, by web push. Called by reactions.py, after sockets.

Once for a whole batch of changes: one request knows who of a hundred people has such browsers, and all pushes share one
deadline, so that a push service that hangs holds the stream up for `WITHIN_SECONDS` at most. A push that fails is not
worth a retry of the batch: the inbox has what it would have said. A batch that comes again rings for what was neither
told nor read meanwhile; what is doubled all the same shows once (`tag`, web/public/sw.js).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from chalicelib import telemetry
from chalicelib.accounts.ports import ActiveSignIns
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.ports import Clock
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.ports import Deliveries
from chalicelib.notifications.services.choose_channels import ChooseChannels
from chalicelib.push.domain.subscription import PushSubscription
from chalicelib.push.ports import Outcome, PushMessage, PushServices, PushSubscriptionsView
from chalicelib.push.services.subscriptions import Subscriptions

WITHIN_SECONDS = 5.0
FRESH_SECONDS = 24 * 3600
"""A notification older than that rings nowhere any more."""


class _News(NamedTuple):
    """What a closed browser of somebody is told. Of several with one tag only the newest is shown."""

    user_id: str
    id: str
    tag: str
    title: str
    action: NotificationAction
    received_at: int


class SendPush:
    def __init__(
        self,
        *,
        view: PushSubscriptionsView,
        subscriptions: Subscriptions,
        services: Callable[[], PushServices] | None,
        sign_ins: ActiveSignIns,
        choose_channels: ChooseChannels,
        deliveries: Deliveries,
        clock: Clock,
    ) -> None:
        """`services` are built when somebody is to be told; None where web push is switched off."""
        self._view = view
        self._subscriptions = subscriptions
        self._services = services
        self._sign_ins = sign_ins
        self._choose_channels = choose_channels
        self._deliveries = deliveries
        self._clock = clock

    def on_changes(self, changes: list[Change]) -> None:
        """Push what is new among these changes to whoever wants it. Raises Busy."""
        if self._services is None:
            return
        now = self._clock.now()
        news = _news(changes, since=now - FRESH_SECONDS)
        browsers = self._browsers({one.user_id for one in news}, now)
        wanted = self._wanted(self._untold([one for one in news if one.user_id in browsers]))
        aims = [(one, browser) for one in wanted for browser in browsers[one.user_id]]
        if not aims:
            return
        messages = [_message(one, browser, now) for one, browser in aims]
        outcomes = self._services().send(messages, within=WITHIN_SECONDS)
        self._record(aims, outcomes)
        self._forget({(a[1].id, a[0].user_id) for a, o in zip(aims, outcomes, strict=True) if o == "gone"})
        telemetry.log("browsers_alerted", **{name: outcomes.count(name) for name in ("delivered", "gone", "failed")})

    def _browsers(self, user_ids: Iterable[str], now: float) -> dict[str, list[PushSubscription]]:
        """The browsers that may be told, by user; those whose sign-in or life has ended are forgotten."""
        found = {id: held.subscriptions for id, held in self._view.load_all(sorted(user_ids)).items()}
        if not found:
            return {}
        stands = self._sign_ins.find_active_sign_ins(one.family_id for held in found.values() for one in held)
        ended = {
            (one.id, user_id)
            for user_id, held in found.items()
            for one in held
            if one.family_id not in stands or one.expires_at <= now
        }
        self._forget(ended)
        kept = {user_id: [one for one in held if (one.id, user_id) not in ended] for user_id, held in found.items()}
        return {user_id: held for user_id, held in kept.items() if held}

    def _untold(self, news: list[_News]) -> list[_News]:
        """Those that are new to closed browsers: a batch that is repeated must not ring again."""
        settled = self._deliveries.mark_settled([(one.user_id, one.id) for one in news])
        return [one for one in news if (one.user_id, one.id) not in settled]

    def _wanted(self, news: list[_News]) -> list[_News]:
        """Those whose reader wants pushes of their kind, and not in quiet hours."""
        by_action: dict[NotificationAction, list[_News]] = {}
        for one in news:
            by_action.setdefault(one.action, []).append(one)
        chosen = {
            action: self._choose_channels.choose_channels([one.user_id for one in some], action)
            for action, some in by_action.items()
        }
        return [one for one in news if chosen[one.action][one.user_id].push]

    def _record(self, aims: list[tuple[_News, PushSubscription]], outcomes: list[Outcome]) -> None:
        reached: dict[tuple[str, str], int] = {}
        for (one, _), outcome in zip(aims, outcomes, strict=True):
            if outcome == "delivered":
                reached[one.user_id, one.id] = reached.get((one.user_id, one.id), 0) + 1
        for (user_id, id), devices in reached.items():
            self._deliveries.mark_web_pushed(user_id, id, devices=devices)

    def _forget(self, ended: set[tuple[str, str]]) -> None:
        for user_id in {user_id for _, user_id in ended}:
            self._subscriptions.forget(user_id, {id for id, owner in ended if owner == user_id})


def _news(changes: Iterable[Change], *, since: float) -> list[_News]:
    """What arrived unread, the newest of each tag of a person."""
    found: dict[tuple[str, str], _News] = {}
    for change in changes:
        one = _new(change.after) if change.kind is ChangeKind.CREATED and change.after else None
        if one and one.received_at > since:
            found[one.user_id, one.tag] = max(one, found.get((one.user_id, one.tag), one))
    return sorted(found.values())


def _new(item: Mapping[str, object]) -> _News | None:
    """The unread notification in an item. One that cannot be read is reported where sockets are told of it, and must
    not cost the whole batch its one deadline.
    """
    try:
        return None if item["has_read"] else _read(item)
    except (KeyError, ValueError):
        return None


def _read(item: Mapping[str, object]) -> _News:
    id = str(item["id"])
    return _News(
        user_id=str(item["user_id"]),
        id=id,
        tag=str(item.get("group_key") or id),
        title=str(item["title"]),
        action=NotificationAction(str(item["action"])),
        received_at=int(str(item["received_at"])),
    )


def _message(one: _News, browser: PushSubscription, now: float) -> PushMessage:
    """The title alone: what a notification says in full may stand on a locked screen for everybody to read."""
    payload = json.dumps({"id": one.id, "tag": one.tag, "title": one.title}, ensure_ascii=False).encode()
    topic = hashlib.sha256(one.tag.encode()).hexdigest()[:32]
    return PushMessage(browser, payload, topic, max(0, int(one.received_at + FRESH_SECONDS - now)))

"""Which browsers of a person are told when Marquee is closed. Called by routes; light but for writes.

A browser belongs to one person at a time: whoever subscribes it takes it over, since two people may use one browser
and its subscription outlives a sign-in. Every write has a condition on what was read, so no racing writer is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.errors import InvalidInput, NotFound, Violation
from chalicelib.core.preconditions import Overtaken, until_settled
from chalicelib.push.domain import subscription as rules
from chalicelib.push.domain.subscription import PushSubscription
from chalicelib.representations.read import Found

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from chalicelib.core.ports import Clock
    from chalicelib.core.principal import Principal
    from chalicelib.push.domain.form import PushSubscriptionForm
    from chalicelib.push.ports import PushSubscriptions, PushSubscriptionsView, Subscribed

TRIES = 8
WHERE = "must be an https address at the push service of a browser we know"


class Subscriptions:
    def __init__(
        self, view: PushSubscriptionsView, store: PushSubscriptions, clock: Clock, *, trusted: Sequence[str]
    ) -> None:
        """`trusted`: push services beside those of browsers, as what their URLs begin with."""
        self._view = view
        self._store = store
        self._clock = clock
        self._trusted = trusted

    def list_subscriptions(self, user_id: str, *, public_key: str) -> Found:
        """Somebody's browsers, for themselves: one read of one item."""
        return Found.made(*rules.represent(self._view.load_subscriptions(user_id).subscriptions, public_key=public_key))

    def subscribe(self, caller: Principal, form: PushSubscriptionForm) -> PushSubscription:
        """Push to this browser from now on. Raises InvalidInput, Busy."""
        if not rules.is_push_service(form.endpoint, self._trusted):
            raise InvalidInput([Violation("/endpoint", WHERE)])
        now = int(self._clock.now())
        expires_at = now + rules.LIFETIME_SECONDS
        if form.expiration_time is not None:
            expires_at = min(expires_at, int(form.expiration_time / 1000))
        fresh = PushSubscription(
            id=rules.subscription_id(form.endpoint),
            endpoint=form.endpoint,
            p256dh=form.keys.p256dh.rstrip("="),
            auth=form.keys.auth.rstrip("="),
            family_id=caller.sign_in_id,
            created_at=now,
            expires_at=expires_at,
        )

        def attempt() -> PushSubscription:
            owner = self._view.load_owner(fresh.id)
            if owner is not None and owner != caller.user_id and self.forget(owner, [fresh.id]):
                raise Overtaken
            state = self._view.load_subscriptions(caller.user_id)
            wanted = rules.with_one_more(state.subscriptions, fresh)
            if not self._write(caller.user_id, state, wanted, gained=fresh.id, owner_before=owner):
                raise Overtaken
            return next(one for one in wanted if one.id == fresh.id)

        return until_settled(attempt, tries=TRIES)

    def unsubscribe(self, user_id: str, subscription_id: str) -> None:
        """No pushes to this browser any more. Raises NotFound, Busy."""
        if not self.forget(user_id, [subscription_id]):
            raise NotFound

    def forget(self, user_id: str, ids: Collection[str]) -> bool:
        """Let go of browsers; whether there was one of them. Raises Busy."""

        def attempt() -> bool:
            state = self._view.load_subscriptions(user_id)
            kept = [one for one in state.subscriptions if one.id not in ids]
            if len(kept) == len(state.subscriptions):
                return False
            if not self._write(user_id, state, kept):
                raise Overtaken
            return True

        return until_settled(attempt, tries=TRIES)

    def _write(
        self,
        user_id: str,
        state: Subscribed,
        wanted: list[PushSubscription],
        *,
        gained: str | None = None,
        owner_before: str | None = None,
    ) -> bool:
        ids = {one.id for one in wanted}
        lost = [one.id for one in state.subscriptions if one.id not in ids]
        return self._store.replace(
            user_id, wanted, expected_tag=state.tag, gained=gained, lost=lost, owner_before=owner_before
        )

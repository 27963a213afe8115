"""Stores claims on Idempotency-Keys in the people table. Implements the port `Claims` of idempotency/ports.py."""

import json

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_tables import PeopleTable
from chalicelib.aws.dynamo_transactions import try_save, try_update
from chalicelib.idempotency.ports import Claim


class IdempotencyItem(PeopleTable):
    """A claim on an Idempotency-Key, and the answer once the request is done."""

    request_hash = UnicodeAttribute()
    resource_id = UnicodeAttribute()
    claimed_at = NumberAttribute()
    status = NumberAttribute(null=True)
    headers = UnicodeAttribute(null=True)
    answer = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


class DynamoClaims:
    """Stores one item for each key and caller. Every write is conditional, except the deletion in `release`."""

    def take(
        self, caller: str, key: str, *, wanted: Claim, now: float, stale_before: float, expires_at: int
    ) -> tuple[Claim, bool]:
        """Returns the claim in force, and whether this call holds it."""
        item = IdempotencyItem(
            *keys.idempotency(caller, key),
            request_hash=wanted.request_hash,
            resource_id=wanted.resource_id,
            claimed_at=now,
            expires_at=expires_at,
        )
        if try_save(item, IdempotencyItem.pk.does_not_exist() | (IdempotencyItem.expires_at < int(now))):
            return wanted, True
        try:
            found = IdempotencyItem.get(item.pk, item.sk, consistent_read=True)
        except IdempotencyItem.DoesNotExist:
            return wanted._replace(answer=None), False
        status = found.attribute_values.get("status")
        if status is not None:
            answer = int(status), json.loads(found.headers or "{}"), found.answer or ""
            return Claim(found.request_hash, found.resource_id, answer), False
        claim = Claim(found.request_hash, found.resource_id, None)
        return claim, self._take_over(found, now=now, stale_before=stale_before)

    def keep(self, caller: str, key: str, answer: tuple[int, dict[str, str], str]) -> None:
        status, headers, body = answer
        IdempotencyItem(*keys.idempotency(caller, key)).update(
            actions=[
                IdempotencyItem.status.set(status),
                IdempotencyItem.headers.set(json.dumps(headers)),
                IdempotencyItem.answer.set(body),
            ],
            condition=IdempotencyItem.pk.exists(),
        )

    def release(self, caller: str, key: str) -> None:
        """Deletes a claim under which nothing was created."""
        IdempotencyItem(*keys.idempotency(caller, key)).delete()

    @staticmethod
    def _take_over(found: IdempotencyItem, *, now: float, stale_before: float) -> bool:
        if found.claimed_at >= stale_before:
            return False
        same = (IdempotencyItem.claimed_at == found.claimed_at) & IdempotencyItem.status.does_not_exist()
        return try_update(found, [IdempotencyItem.claimed_at.set(now)], same)

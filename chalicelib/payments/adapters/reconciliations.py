"""Stores how far each Stripe account was reconciled and swept. Port `Reconciliations`."""

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.aws.dynamo_tables import SalesTable
from chalicelib.aws.dynamo_transactions import save_unless_newer
from chalicelib.payments.adapters import keys as payment_keys
from chalicelib.payments.ports import ReconciledUntil, Swept, SweptPart


class ReconciledItem(SalesTable):
    """How far an account was reconciled, and until when it is not asked again; Unix seconds."""

    until = NumberAttribute()
    version = NumberAttribute()
    rests_until = NumberAttribute(null=True)


class SweptItem(SalesTable):
    """How far the sweep of an account got. `body` is a JSON object of its parts."""

    body = UnicodeAttribute()
    version = NumberAttribute()


class DynamoReconciliations:
    """The progress of reconciliation in DynamoDB. Port `Reconciliations`."""

    def load_last(self, account: str | None) -> ReconciledUntil | None:
        """Returns how far an account was reconciled; None before the first time."""
        try:
            item = ReconciledItem.get(*payment_keys.reconciliation(account), consistent_read=True)
        except ReconciledItem.DoesNotExist:
            return None
        return ReconciledUntil(int(item.until), int(item.version), int(item.rests_until or 0))

    def save(self, account: str | None, done: ReconciledUntil) -> None:
        """Stores it, unless another run did so since it was read."""
        item = ReconciledItem(
            *payment_keys.reconciliation(account),
            until=done.until,
            version=done.version + 1,
            rests_until=done.rests_until or None,
        )
        save_unless_newer(item, ReconciledItem.version == done.version)

    def load_swept(self, account: str | None) -> Swept:
        """Returns how far an account was swept."""
        try:
            item = SweptItem.get(*payment_keys.swept(account), consistent_read=True)
        except SweptItem.DoesNotExist:
            return Swept({})
        return Swept(msgspec.json.decode(item.body, type=dict[str, SweptPart]), int(item.version))

    def save_swept(self, account: str | None, swept: Swept) -> bool:
        """Stores it, unless another run did so since it was read. Returns whether it was stored."""
        body = msgspec.json.encode(swept.parts).decode()
        item = SweptItem(*payment_keys.swept(account), body=body, version=swept.version + 1)
        return save_unless_newer(item, SweptItem.version == swept.version)

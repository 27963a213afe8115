"""Stores payments that name no known order, for a person to look at. Port `Orphans`."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.aws.dynamo_tables import SalesTable
from chalicelib.aws.dynamo_transactions import put_if_absent
from chalicelib.orders.domain.charge import Payment
from chalicelib.payments.adapters import keys as payment_keys


class OrphanItem(SalesTable):
    """A payment that names no known order. `named` is the order id that it names, `seen_at` in Unix seconds."""

    named = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    amount = NumberAttribute()
    currency = UnicodeAttribute()
    seen_at = NumberAttribute()


class DynamoOrphans:
    """Payments without an order, in DynamoDB. Port `Orphans`."""

    def keep(self, object_id: str, payment: Payment, *, now: int) -> bool:
        """Stores a payment unless it is there already. Returns whether it is new."""
        return put_if_absent(
            OrphanItem(
                *payment_keys.orphan(object_id),
                named=(payment.order_id or "")[:200] or None,
                status=payment.status.value,
                amount=payment.amount,
                currency=payment.currency,
                seen_at=now,
            )
        )

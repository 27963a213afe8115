"""Refunds payments: from the stored wish to the refund at Stripe. Called by routes/orders.py and the sales stream.

A wish is written first, in the transaction of the change that causes it; the stream then brings it here. After a kill
it is brought again and finds the refund that was made by the wish's key.
"""

from collections.abc import Callable

from msgspec.structs import replace

from chalicelib import telemetry
from chalicelib.accounts.services.authorise import Authorise
from chalicelib.catalog.ports import Lost
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.errors import Conflict, Forbidden, InvalidInput, NotFound, Violation
from chalicelib.core.ids import is_ulid
from chalicelib.core.money import broken_rule, in_steps
from chalicelib.core.permissions import Action, allows
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.orders.domain.order import OrderRecord, moved_on
from chalicelib.orders.domain.order_state import Facts
from chalicelib.orders.domain.refund import RefundForm, RefundReason, RefundStanding, RefundWish
from chalicelib.orders.ports import Orders, SaleChange
from chalicelib.orders.services.order_messages import OrderMessages
from chalicelib.payments.ports import Payments, RefundRefused, RefundWaits
from chalicelib.payments.services.record_payment import RecordPayment

TRIES = 12
PAUSE_SECONDS = 6 * 3600
"""How long until a refund is tried again when the balance is too low."""
LONGEST_WAIT_SECONDS = 30 * 24 * 3600
WAITS = "The refund of this payment waits: the balance in Stripe is too low. Top it up."
_PREFIX = "REFUND#"


class RefundPayment:
    """Stores wishes for refunds and makes the refunds."""

    def __init__(
        self,
        *,
        orders: Orders,
        record_payment: RecordPayment,
        payments: Callable[[], Payments],
        order_messages: OrderMessages,
        authorise: Authorise,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._record_payment = record_payment
        self._payments = payments
        self._order_messages = order_messages
        self._authorise = authorise
        self._clock = clock

    def request_refund(self, order_id: str, form: RefundForm, *, caller: Principal, key: str) -> RefundWish:
        """Stores a wish of staff to refund part of a payment or all that is left. A repeated `key` returns the first
        wish. Raises NotFound, Forbidden, Conflict (`nothing_to_refund`), InvalidInput (more than is left), Busy.
        """

        def attempt() -> RefundWish:
            record = self._readable(order_id, caller)
            made_before = self._orders.load_wish(order_id, key)
            if made_before is not None:
                return made_before
            wish = self._wish(record, form, caller=caller, key=key)
            facts = replace(record.facts, wanted=record.facts.wanted + wish.amount)
            self._orders.write_order(SaleChange(before=record, after=self._stepped(record, facts), wish=wish))
            telemetry.log("refund_wanted", order_id=order_id, key=key)
            return wish

        return until_settled(attempt, tries=TRIES)

    def on_changes(self, changes: list[Change]) -> None:
        """Reacts to the sales stream: makes the refund of every new wish. Raises UpstreamFailed, Busy."""
        for change in changes:
            if change.kind is ChangeKind.CREATED and change.after is not None:
                self.carry_out(change.owner, str(change.after["sk"]).removeprefix(_PREFIX))

    def carry_out(self, order_id: str, key: str) -> None:
        """Asks Stripe for a wanted refund and records the result. Raises UpstreamFailed, Busy."""
        wish = self._orders.load_wish(order_id, key)
        if wish is None or wish.standing is not RefundStanding.WANTED or wish.retry_at > self._clock.now():
            return
        try:
            refund_id = self._payments().refund(wish)
        except RefundRefused as refusal:
            self._fail(wish, refusal.code)
            return
        except RefundWaits as wait:
            self._wait(wish, wait.code)
            return
        self._record_payment.sync_payment(wish.charge_id, account=wish.account, order_id=order_id)
        self._settle(replace(wish, standing=RefundStanding.DONE, refund_id=refund_id, failure=None))
        if wish.reason is not RefundReason.REQUESTED:  # another refund may have failed meanwhile: is all of it back?
            self._record_payment.sync_payment(wish.charge_id, account=wish.account, order_id=order_id)

    def _fail(self, wish: RefundWish, code: str) -> None:
        self._settle(replace(wish, standing=RefundStanding.FAILED, failure=code))
        telemetry.count_to_look_at("RefundRefused")

    def _wait(self, wish: RefundWish, code: str) -> None:
        """Lets a refund that no person asked for wait and be tried again, for a month: the balance may be topped up. A
        refund that staff asked for fails at once, so that they know.
        """
        now = int(self._clock.now())
        if wish.reason is RefundReason.REQUESTED or now - wish.created_at.timestamp() >= LONGEST_WAIT_SECONDS:
            self._fail(wish, code)
            return
        self._settle(replace(wish, failure=code, tries=wish.tries + 1, retry_at=now + PAUSE_SECONDS))
        if wish.tries == 0:
            telemetry.count_to_look_at("RefundWaits")

    def _settle(self, wish: RefundWish) -> None:
        """Stores the result of a wish, once. A refused refund that no person asked for is noted on the order, for staff
        to make in Stripe.
        """

        def attempt() -> None:
            record = self._orders.load_order(wish.order_id)
            if record is None:
                return
            has_waited = wish.tries > 0 and wish.standing is not RefundStanding.WANTED
            facts, note = record.facts, None if has_waited and record.note == WAITS else record.note
            if wish.standing is RefundStanding.WANTED:
                if (self._orders.load_wish(wish.order_id, wish.key) or wish).tries >= wish.tries:
                    return
                note = note or WAITS
            elif wish.charge_id == facts.charge_id:
                facts = replace(facts, wanted=max(0, facts.wanted - wish.amount))
            if wish.standing is RefundStanding.FAILED and wish.reason is not RefundReason.REQUESTED:
                refused = f"The refund of {wish.charge_id} was refused ({wish.failure}). Refund it in Stripe."
                note = f"{note} {refused}" if note else refused
                facts = replace(facts, held_back=facts.held_back or wish.charge_id == facts.charge_id)
            after = replace(self._stepped(record, facts), note=note)
            change = self._order_messages.add_messages(SaleChange(before=record, after=after, wish=wish))
            try:
                self._orders.write_order(change)
            except Lost as lost:
                if "refund" in lost.names:
                    return
                raise
            telemetry.log("refund_settled", order_id=record.id, key=wish.key, standing=wish.standing.value)

        until_settled(attempt, tries=TRIES)

    def _readable(self, order_id: str, caller: Principal) -> OrderRecord:
        record = self._orders.load_order(order_id) if is_ulid(order_id) else None
        if record is None:
            raise NotFound
        role = self._authorise.find_role(caller, record.order.event_id)
        if allows(role, Action.REFUND):
            return record
        if role is not None or record.user_id == caller.user_id:
            raise Forbidden("Refunds are for the event's organisers.")
        raise NotFound

    def _wish(self, record: OrderRecord, form: RefundForm, *, caller: Principal, key: str) -> RefundWish:
        charge = self._orders.load_charge(record.id, record.facts.charge_id) if record.facts.charge_id else None
        currency = charge.currency if charge else record.order.total.currency
        left = in_steps(record.facts.refundable, currency)
        if record.facts.charge_id is None or record.facts.dispute is not None or left == 0:
            raise Conflict("Nothing of this order can be refunded.", code="nothing_to_refund", state=record.state.value)
        if form.amount is not None and form.amount > left:
            raise InvalidInput([Violation("/amount", f"must be at most {left}, which is what is left")])
        if form.amount is not None and (rule := broken_rule(form.amount, currency)):
            raise InvalidInput([Violation("/amount", rule)])
        return RefundWish(
            key=key,
            order_id=record.id,
            charge_id=record.facts.charge_id,
            amount=form.amount or left,
            currency=currency,
            reason=RefundReason.REQUESTED,
            created_at=moment(self._clock.now()),
            account=record.account,
            asked_by=caller.user_id,
            note=form.reason,
        )

    def _stepped(self, record: OrderRecord, facts: Facts) -> OrderRecord:
        return moved_on(record, facts, now=moment(self._clock.now()), reason=record.order.reason)

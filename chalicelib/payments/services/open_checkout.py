"""Opens the checkout where an order is paid, one at a time. Called by routes/orders.py.

payments/services/record_payment.py records the payment itself.
"""

from collections.abc import Callable
from contextlib import suppress

from msgspec.structs import replace

from chalicelib import telemetry
from chalicelib.catalog.ports import Lost
from chalicelib.content.domain.event import settles_at_once
from chalicelib.content.domain.views import revive
from chalicelib.core.errors import Busy, OrderCannotBePaid, OrderNotPayable, SaleClosed
from chalicelib.core.kinds import Kind, View
from chalicelib.core.money import display
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import Overtaken, until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.orders.domain.order import Checkout, OrderRecord, moved_on
from chalicelib.orders.domain.order_state import Ended, OrderState, Reason
from chalicelib.orders.ports import Orders, SaleChange
from chalicelib.orders.services.place_order import PlaceOrder
from chalicelib.payments.domain.deadline import ASKED_WITHIN_SECONDS, asking_until
from chalicelib.payments.domain.stripe_account import application_fee
from chalicelib.payments.ports import CheckoutRefusal, CheckoutRefused, CheckoutRequest, Payments, StripeAccounts
from chalicelib.payments.services.queue_for_checkout import QueueForCheckout, turn_in
from chalicelib.representations.ports import Representations

SHORTEST_CHECKOUT = 31 * 60
"""Stripe keeps a checkout session open for at least 30 minutes (docs.stripe.com/api/checkout/sessions/create)."""
LONGEST_CHECKOUT = 24 * 3600 - 60
"""Stripe closes a session after 24 hours at the latest. In seconds, with a margin."""
TRIES = 5
CROWDED_SECONDS = 3
"""Seconds to wait when more buyers come back at the same time than there are places."""
_REFUSALS = {
    CheckoutRefusal.TOO_SMALL: ("below_minimum", Reason.AMOUNT_REFUSED, "{total} is less than can be paid."),
    CheckoutRefusal.TOO_LARGE: ("above_maximum", Reason.AMOUNT_REFUSED, "{total} is more than can be paid at once."),
    CheckoutRefusal.ADDRESS: (
        "email_invalid",
        Reason.ADDRESS_REFUSED,
        "The payment service does not take the address {address}. Order again with another one.",
    ),
    CheckoutRefusal.SELLER: (
        "payments_not_possible",
        Reason.SELLER_REFUSED,
        "The organiser cannot take payments at the moment.",
    ),
}
"""When Stripe refuses to open a checkout: the error's code, the order's reason, and the words for its buyer."""


class OpenCheckout:
    def __init__(
        self,
        *,
        place_order: PlaceOrder,
        orders: Orders,
        accounts: StripeAccounts,
        fee_basis_points: int,
        representations: Representations,
        payments: Callable[[], Payments],
        clock: Clock,
        queue: QueueForCheckout,
        public_url: str,
    ) -> None:
        self._place_order = place_order
        self._orders = orders
        self._accounts = accounts
        self._fee_basis_points = fee_basis_points
        self._representations = representations
        self._payments = payments
        self._clock = clock
        self._queue = queue
        self._public_url = public_url

    def open_checkout(self, order_id: str, *, caller: Principal | None, access: str | None) -> str:
        """Returns the URL of the order's one open checkout. Raises NotFound, Forbidden, OrderNotPayable, SaleClosed,
        OrderCannotBePaid (`below_minimum`, `above_maximum`, `email_invalid`, `payments_not_possible`), WaitInLine,
        UpstreamFailed.
        """
        with asking_until(self._clock.now() + ASKED_WITHIN_SECONDS):
            return self._pay(order_id, caller=caller, access=access)

    def _pay(self, order_id: str, *, caller: Principal | None, access: str | None) -> str:

        def attempt() -> str:
            record = self._place_order.load_order(order_id, caller=caller, access=access)
            if record.state is not OrderState.RESERVED or record.deadline <= self._clock.now():
                raise OrderNotPayable("This order can no longer be paid.", state=record.state.value)
            at_once = self._settles_at_once(record.order.event_id)
            if record.checkout is not None:
                return record.checkout.url
            account = self._account(record)
            self._queue.wait_for_turn(record)
            with self._queue.claimed_until_failure(record):
                checkout = self._open(record, self._request(record, account, at_once=at_once))
            if self._keep(record, checkout, account) or self._keep_after_queueing(record, checkout, account):
                return checkout.url
            self._discard_unless_ours(record, checkout, account)
            raise Overtaken

        return until_settled(attempt, tries=TRIES, otherwise=OrderNotPayable("This order is changing. Try again."))

    def _settles_at_once(self, event_id: str) -> bool:
        """Whether only methods that pay at once are allowed, because the event is near. Raises SaleClosed."""
        stored = self._representations.event(event_id, View.PUBLIC)
        if stored is None:
            raise SaleClosed("The event is not on sale any more.")
        return settles_at_once(revive(Kind.EVENTS, stored.body), now=moment(self._clock.now()))

    def _keep(self, record: OrderRecord, checkout: Checkout, account: str | None) -> bool:
        """Stores the checkout with the order. False: somebody wrote the order meanwhile."""
        opened = replace(record, checkout=checkout, account=account, version=record.version + 1)
        try:
            self._orders.write_order(SaleChange(before=record, after=opened))
        except Lost:
            return False
        return True

    def _keep_after_queueing(self, record: OrderRecord, checkout: Checkout, account: str | None) -> bool:
        """Stores the checkout when the only change meanwhile was that another request of this buyer gave the order a
        place in line; the checkout is valid for it too.
        """
        current = self._orders.load_order(record.id)
        if current is None or current.pays_from is None or record.pays_from is not None:
            return False
        same = (current.state, current.checkout, current.attempt) == (record.state, None, record.attempt)
        return same and self._keep(current, checkout, account)

    def _open(self, record: OrderRecord, request: CheckoutRequest) -> Checkout:
        """Opens a checkout. An order that Stripe will never take money for ends, and its tickets are on sale again.
        Raises OrderCannotBePaid, WaitInLine, UpstreamFailed.
        """
        try:
            return self._payments().open_checkout(request)
        except Busy:
            raise turn_in(record, CROWDED_SECONDS) from None
        except CheckoutRefused as refused:
            code, reason, words = _REFUSALS[refused.refusal]
            self._end(record, reason)
            telemetry.log("order_cannot_be_paid", order_id=record.id, code=code, account=request.account)
            total = display(record.order.total.amount, record.order.total.currency)
            detail = words.format(total=total, address=record.order.buyer.email)
            raise OrderCannotBePaid(f"{detail} The tickets are on sale again.", code=code) from None

    def _end(self, record: OrderRecord, reason: Reason) -> None:
        """Ends the order and gives its tickets back. Does nothing when somebody changed the order meanwhile."""
        facts = replace(record.facts, ended=Ended.CANCELLED)
        ended = moved_on(record, facts, now=moment(self._clock.now()), reason=reason)
        with suppress(Lost):
            self._orders.write_order(SaleChange(before=record, after=ended))

    def _account(self, record: OrderRecord) -> str | None:
        """Returns the account that is paid: the event's own, or None for the platform's. Raises OrderNotPayable."""
        account = self._accounts.load_account(record.order.event_id)
        if account is not None and not account.takes_payments:
            raise OrderNotPayable("The organiser cannot take payments yet.", code="payments_not_ready")
        return account.id if account else None

    def _request(self, record: OrderRecord, account: str | None, *, at_once: bool) -> CheckoutRequest:
        """Everything but `at_once` derives from the stored order, so that repeated and simultaneous calls open one
        session. Where the order is held for longer than Stripe keeps a session, that is true for calls within a minute.
        """
        place = f"{self._public_url}/orders/{record.id}"
        total = record.order.total
        latest = int(self._clock.now()) // 60 * 60 + LONGEST_CHECKOUT
        return CheckoutRequest(
            order=record.order,
            attempt=record.attempt,
            expires_at=min(record.deadline + SHORTEST_CHECKOUT, latest),
            success_url=f"{place}/complete",
            cancel_url=f"{place}/pay",
            account=account,
            fee=application_fee(total.amount, total.currency, basis_points=self._fee_basis_points) if account else 0,
            at_once=at_once,
        )

    def _discard_unless_ours(self, record: OrderRecord, checkout: Checkout, account: str | None) -> None:
        """Closes a session that the order, changed meanwhile, does not have, so that nobody can pay it."""
        current = self._orders.load_order(record.id)
        if current is None or current.checkout is None or current.checkout.id != checkout.id:
            self._payments().close_checkout(checkout.id, account=account)

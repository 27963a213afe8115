"""Ports to Stripe and to what is stored of payments besides their orders. Used by services.

Every call to Stripe may raise UpstreamFailed (payments/adapters/stripe.py). `account` names the connected account of a
call (docs.stripe.com/connect/authentication), None the platform's own.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple, Protocol

from chalicelib.orders.domain.charge import Payment
from chalicelib.orders.domain.order import Checkout, Order
from chalicelib.orders.domain.refund import RefundWish
from chalicelib.payments.domain.stripe_account import StripeAccount


class CheckoutRequest(NamedTuple):
    """The parameters of a checkout session. All of them derive from the stored order, so that a repeated call has the
    same parameters. `expires_at` in Unix seconds; `fee` is the platform's share in minor units; `at_once`: only payment
    methods whose money arrives at once are offered.
    """

    order: Order
    attempt: int
    expires_at: int
    success_url: str
    cancel_url: str
    account: str | None = None
    fee: int = 0
    at_once: bool = False


class CheckoutRefusal(StrEnum):
    """Why Stripe will never open a checkout for an order, in any number of attempts."""

    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    ADDRESS = "address"
    SELLER = "seller"


class CheckoutRefused(Exception):
    """Stripe will never accept this payment; `refusal` says why."""

    def __init__(self, refusal: CheckoutRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class AccountGone(Exception):
    """The owner of a connected account revoked our access. Nothing in the account can be read or changed any more, so
    nothing may wait for it.
    """


class RefundRefused(Exception):
    """Stripe will never make this refund; `code` is Stripe's code for the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RefundWaits(Exception):
    """Stripe cannot make this refund now, because the balance is too low. `code` is Stripe's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RawEvent(NamedTuple):
    """An event as Stripe lists it: its JSON, and when it was created (Unix seconds)."""

    payload: str
    created: int


class CompleteSession(NamedTuple):
    """A completed checkout session: its id, the order id it names, and when it was opened (Unix seconds)."""

    id: str
    order_id: str | None
    created: int


class RefundOrDispute(NamedTuple):
    """The id of a refund or dispute, and its status."""

    id: str
    status: str


class Trace(NamedTuple):
    """An entry of Stripe's list of refunds, disputes or charges, to compare with what is stored. `order_id` is what the
    payment names; whether there is such an order is not checked yet. `created` in Unix seconds; `has_fee`: Stripe knows
    the fee of the charge.
    """

    charge_id: str
    order_id: str | None
    created: int
    refund: RefundOrDispute | None = None
    dispute: RefundOrDispute | None = None
    has_fee: bool = False


class TraceKind(StrEnum):
    """Which list of Stripe is compared."""

    REFUNDS = "refunds"
    DISPUTES = "disputes"
    CHARGES = "charges"


class Payments(Protocol):
    """Stripe, as far as one sale needs it."""

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """Returns the checkout session of an order's attempt, opening it if there is none. Raises CheckoutRefused."""

    def close_checkout(self, session_id: str, *, account: str | None = None) -> bool:
        """Makes sure that a session can no longer be paid. Returns False when it is complete already, so money may have
        arrived; True when access to the account was revoked, so nothing in it can be read any more.
        """

    def read_payment(self, object_id: str, *, account: str | None = None) -> Payment | None:
        """Returns what Stripe says now about the payment of a checkout session, payment intent or charge; None when
        there is no such object. Raises AccountGone.
        """

    def parse_payment(self, payload: str, *, account: str | None) -> Payment | None:
        """Returns what a signed event itself says about a payment, if anything. For use when Stripe cannot be asked."""

    def list_payments(self, *, since: int, until: int, pages: int, account: str | None = None) -> list[Payment]:
        """Returns what Stripe says now about charges made between two moments (Unix seconds), newest first, from at
        most `pages` requests of its list. Charges with refunds or disputes are left out. Raises AccountGone.
        """

    def refund(self, wish: RefundWish) -> str:
        """Makes the refund unless it was made before, and returns its id. When the whole charge was refunded already,
        returns the id of another refund. Raises RefundRefused, also when the refund was made but failed; RefundWaits.
        """

    def list_undelivered(self, *, since: int, kinds: Iterable[str], account: str | None = None) -> Iterator[RawEvent]:
        """Yields events of these kinds since a moment (Unix seconds) that could not be delivered to a webhook endpoint,
        oldest first. Raises AccountGone.
        """

    def list_complete_sessions(
        self, *, since: int, until: int | None = None, account: str | None = None
    ) -> Iterator[CompleteSession]:
        """Yields complete checkout sessions opened between two moments (Unix seconds), newest first. Raises
        AccountGone.
        """

    def list_traces(self, kind: TraceKind, *, since: int, until: int, account: str | None = None) -> Iterator[Trace]:
        """Yields the refunds, disputes or paid charges made between two moments (Unix seconds), newest first. Raises
        AccountGone.
        """


class StripeAccounts(Protocol):
    """A store of the account that each event is paid to."""

    def load_account(self, event_id: str) -> StripeAccount | None:
        """Returns the account of an event, read strongly consistent, or None."""

    def list_events(self, account_id: str) -> list[str]:
        """Returns the ids of the events whose sales are paid to an account."""

    def list_connected(self) -> list[str]:
        """Returns the ids of the accounts that events are paid to."""

    def save(self, account: StripeAccount) -> None:
        """Stores the newly connected account of an event."""

    def replace(self, before: StripeAccount, after: StripeAccount) -> bool:
        """Stores a changed account, unless it changed since `before` was read. Returns whether it was stored."""

    def forget(self, account: StripeAccount, *, until: int) -> None:
        """Removes an event's account, so that the platform's own is paid again. The account counts as connected until
        then (Unix seconds).
        """


class AccountsAtStripe(Protocol):
    """Connected accounts at Stripe. Every call may raise UpstreamFailed."""

    def create_account(self, event_id: str, *, instead_of: str | None = None) -> str:
        """Returns the id of the event's account. Creates it unless an earlier call did. `instead_of` names an account
        that can no longer be used.
        """

    def make_onboarding_url(self, account_id: str, *, back: str) -> str:
        """Returns the URL where the owner gives Stripe the data it requires, and from which they return to `back`."""

    def is_ready(self, account_id: str) -> bool | None:
        """Returns whether the account can take payments; None when it is no longer connected."""


class Sweep(NamedTuple):
    """The progress of the timer that releases holds: the Unix minute whose orders come next, and ids of older orders
    that could not be settled yet. `version` is for optimistic locking.
    """

    minute: int
    left_over: tuple[str, ...]
    version: int


class HeldOrder(NamedTuple):
    """An order that is reserved until its deadline (Unix seconds)."""

    id: str
    deadline: int


class ReconciledUntil(NamedTuple):
    """The moment (Unix seconds) until which everything at Stripe was compared. `version` is for optimistic locking. An
    account whose owner revoked access is not asked again before `rests_until`.
    """

    until: int
    version: int
    rests_until: int = 0


class SweptPart(NamedTuple):
    """How far one list of Stripe was compared with what is stored (Unix seconds). Everything until `done` was. A sweep
    that has not finished goes backwards from `until` (0: there is none) and has reached `left_until`.
    """

    done: int = 0
    until: int = 0
    left_until: int = 0


class Swept(NamedTuple):
    """The progress of an account's sweep, by name of its parts. `version` is for optimistic locking."""

    parts: dict[str, SweptPart]
    version: int = 0


class Reconciliations(Protocol):
    """A store of how far each account was reconciled and swept. None is the platform's own account."""

    def load_last(self, account: str | None) -> ReconciledUntil | None:
        """Returns how far an account was reconciled; None before the first time."""

    def save(self, account: str | None, done: ReconciledUntil) -> None:
        """Stores it, unless another run did so since it was read."""

    def load_swept(self, account: str | None) -> Swept:
        """Returns how far an account was swept."""

    def save_swept(self, account: str | None, swept: Swept) -> bool:
        """Stores it, unless another run did so since it was read. Returns whether it was stored."""


class Holds(Protocol):
    """Finds orders whose hold may have ended, and stores how far the timer got."""

    def load_sweep(self) -> Sweep | None:
        """Returns how far the timer got; None before its first run."""

    def save_sweep(self, sweep: Sweep) -> bool:
        """Stores it, unless another run did so since it was read. Returns whether it was stored."""

    def list_reserved(self, minute: int) -> list[HeldOrder]:
        """Returns the orders made in a Unix minute that are still reserved, read strongly consistent."""


class Orphans(Protocol):
    """A store of payments that name no known order."""

    def keep(self, object_id: str, payment: Payment, *, now: int) -> bool:
        """Stores a payment unless it is there already. Returns whether it is new. `now` in Unix seconds."""

"""What services need of Stripe (adapter: payments/adapters/stripe.py; every call may raise UpstreamFailed), and of what
is kept of payments beside their orders.

`account` names the connected account a call is for (docs.stripe.com/connect/authentication), None the platform's own.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple, Protocol

from chalicelib.orders.domain.charge import Payment
from chalicelib.orders.domain.order import Checkout, Order
from chalicelib.orders.domain.refund import RefundWish
from chalicelib.payments.domain.stripe_account import StripeAccount


class CheckoutRequest(NamedTuple):
    """What a checkout session is opened with. Everything derives from the stored order, so that a repeated call is
    the same call. `expires_at` in Unix seconds; `fee` is the platform's share in minor units; `at_once`: only methods
    whose money comes at once are offered.
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
    """Why Stripe will never open a checkout for an order, however often it is asked."""

    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    ADDRESS = "address"
    SELLER = "seller"


class CheckoutRefused(Exception):
    """Stripe will never take this payment; `refusal` says why."""

    def __init__(self, refusal: CheckoutRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class AccountGone(Exception):
    """The owner of a connected account took our access back: nothing in it can be looked at or changed any more, so
    nothing may wait for it.
    """


class RefundRefused(Exception):
    """Stripe will never make this refund; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RefundWaits(Exception):
    """Stripe cannot make this refund now: the balance is too low. `code` is Stripe's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RawEvent(NamedTuple):
    """An event as Stripe lists it: its JSON, and when it came to be (Unix seconds)."""

    payload: str
    created: int


class CompleteSession(NamedTuple):
    """A checkout session that was completed: its id, the order it names, when it was opened (Unix seconds)."""

    id: str
    order_id: str | None
    created: int


class RefundOrDispute(NamedTuple):
    """A refund or dispute, and its status."""

    id: str
    status: str


class Trace(NamedTuple):
    """Something that Stripe lists of a charge, to be compared with what we keep: a refund, a dispute, or whether its
    fee is known. `order_id` is what the payment names, not yet a known order; `created` in Unix seconds.
    """

    charge_id: str
    order_id: str | None
    created: int
    refund: RefundOrDispute | None = None
    dispute: RefundOrDispute | None = None
    has_fee: bool = False


class TraceKind(StrEnum):
    """What is listed to be compared."""

    REFUNDS = "refunds"
    DISPUTES = "disputes"
    CHARGES = "charges"


class Payments(Protocol):
    """Stripe, as far as one sale needs it."""

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """The one checkout session of an order's attempt, opened now or earlier. Raises CheckoutRefused."""

    def close_checkout(self, session_id: str, *, account: str | None = None) -> bool:
        """Make sure a session can no longer be paid. False when it is complete already: money may have come. True for
        an account that was taken back: nothing in it can be looked at any more.
        """

    def read_payment(self, object_id: str, *, account: str | None = None) -> Payment | None:
        """What Stripe says now about the payment of a checkout session, payment intent or charge; None when it knows
        no such object. Raises AccountGone.
        """

    def parse_payment(self, payload: str, *, account: str | None) -> Payment | None:
        """What a signed event itself says of a payment, for want of a look at it; None when it shows none."""

    def list_payments(self, *, since: int, until: int, pages: int, account: str | None = None) -> list[Payment]:
        """What Stripe says now of charges made between two moments (Unix seconds), newest first, as far as so many
        requests of its list show them; without those that have refunds or disputes. Raises AccountGone.
        """

    def refund(self, wish: RefundWish) -> str:
        """Make the refund, now or earlier, and return its id, or that of another when all of the charge went back
        already. Raises RefundRefused, also when one that was made failed at once or since; RefundWaits.
        """

    def list_undelivered(self, *, since: int, kinds: Iterable[str], account: str | None = None) -> Iterator[RawEvent]:
        """Events of these kinds since a moment (Unix seconds) that a webhook endpoint did not take, oldest first.
        Raises AccountGone.
        """

    def list_complete_sessions(
        self, *, since: int, until: int | None = None, account: str | None = None
    ) -> Iterator[CompleteSession]:
        """The checkout sessions opened between two moments (Unix seconds) that were completed, newest first. Raises
        AccountGone.
        """

    def list_traces(self, kind: TraceKind, *, since: int, until: int, account: str | None = None) -> Iterator[Trace]:
        """The refunds, disputes or paid charges made between two moments (Unix seconds), newest first. Raises
        AccountGone.
        """


class StripeAccounts(Protocol):
    """Keeps which account each event is paid to."""

    def load_account(self, event_id: str) -> StripeAccount | None:
        """The account of an event, strongly consistent."""

    def list_events(self, account_id: str) -> list[str]:
        """The events that an account is paid for."""

    def list_connected(self) -> list[str]:
        """Ids of the accounts that events are paid to."""

    def save(self, account: StripeAccount) -> None:
        """Keep an event's account, newly connected."""

    def replace(self, before: StripeAccount, after: StripeAccount) -> bool:
        """Keep what is known of it now, unless somebody changed it since. Whether it was kept."""

    def forget(self, account: StripeAccount, *, until: int) -> None:
        """The event is paid to the platform again; the account counts as connected until then (Unix seconds)."""


class AccountsAtStripe(Protocol):
    """Stripe's side of connected accounts. Every call may raise UpstreamFailed."""

    def create_account(self, event_id: str, *, instead_of: str | None = None) -> str:
        """The id of the event's account, made now or before; `instead_of` names one that is of no use any more."""

    def make_onboarding_url(self, account_id: str, *, back: str) -> str:
        """Where its owner tells Stripe what Stripe must know; `back` is where to go afterwards."""

    def is_ready(self, account_id: str) -> bool | None:
        """Whether it can take payments; None when it is connected no more."""


class Sweep(NamedTuple):
    """How far the timer that releases holds has got: the Unix minute whose orders come next, and older orders that
    could not be settled yet. `version` guards it.
    """

    minute: int
    left_over: tuple[str, ...]
    version: int


class HeldOrder(NamedTuple):
    """An order that is reserved until its deadline (Unix seconds)."""

    id: str
    deadline: int


class ReconciledUntil(NamedTuple):
    """Until when (Unix seconds) everything Stripe has was looked at. `version` guards it. An account that its owner
    took back is left alone until `rests_until`.
    """

    until: int
    version: int
    rests_until: int = 0


class SweptPart(NamedTuple):
    """How far one list of Stripe's was compared with what we keep (Unix seconds): all of it until `done`; a sweep that
    is under way goes from `until` (0: there is none) down to where it was, `left_until`.
    """

    done: int = 0
    until: int = 0
    left_until: int = 0


class Swept(NamedTuple):
    """How far each part of an account's sweep got, by its name. `version` guards it."""

    parts: dict[str, SweptPart]
    version: int = 0


class Reconciliations(Protocol):
    """Keeps how far each account was reconciled and swept; None is the platform's own."""

    def load_last(self, account: str | None) -> ReconciledUntil | None:
        """How far an account was reconciled; None before the first time."""

    def save(self, account: str | None, done: ReconciledUntil) -> None:
        """Keep it, unless another run has done so since it was read."""

    def load_swept(self, account: str | None) -> Swept:
        """How far an account was swept."""

    def save_swept(self, account: str | None, swept: Swept) -> bool:
        """Keep it, unless another run has done so since it was read. Whether it was kept."""


class Holds(Protocol):
    """Finds orders whose hold may be over."""

    def load_sweep(self) -> Sweep | None:
        """How far the timer has got; None before its first run."""

    def save_sweep(self, sweep: Sweep) -> bool:
        """Keep it, unless another run has done so since it was read. Whether it was kept."""

    def list_reserved(self, minute: int) -> list[HeldOrder]:
        """The orders made in a Unix minute that are still reserved, strongly consistent."""


class Orphans(Protocol):
    """Keeps payments that name no order of ours."""

    def keep(self, object_id: str, payment: Payment, *, now: int) -> bool:
        """Remember one, once. Whether it is new."""

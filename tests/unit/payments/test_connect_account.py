"""The account an event is paid to: made once, given up, and followed when Stripe or its owner changes it."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.core.errors import Forbidden, NotFound, PreconditionFailed, PreconditionRequired
from chalicelib.core.permissions import Action
from chalicelib.core.principal import Principal
from chalicelib.payments.domain.stripe_account import StripeAccount
from chalicelib.payments.ports import ReconciledUntil
from chalicelib.payments.services.connect_account import LOOKED_AT_SECONDS, ConnectAccount
from chalicelib.representations.represent import represent
from tests.unit.orders.builders import MOMENT, clock_at

NOW = MOMENT.timestamp()
OWNER, OTHER = Principal("owner", "f"), Principal("other", "f")
READY = StripeAccount(id="acct_1", event_id="E", ready=True, connected_at=MOMENT)
GONE = replace(READY, ready=False, disconnected_at=MOMENT)


class FakeAccounts(dict[str, StripeAccount]):
    """Port `StripeAccounts` in memory, by event; `forgotten` says until when."""

    forgotten: list[tuple[StripeAccount, int]]

    def load_account(self, event_id: str) -> StripeAccount | None:
        return self.get(event_id)

    def list_events(self, account_id: str) -> list[str]:
        return ["E", "moved"] if account_id == "acct_1" and self else []

    def save(self, account: StripeAccount) -> None:
        self[account.event_id] = account

    def replace(self, before: StripeAccount, after: StripeAccount) -> bool:
        assert self[before.event_id] == before
        self[after.event_id] = after
        return True

    def forget(self, account: StripeAccount, *, until: int) -> None:
        self.forgotten.append((self.pop(account.event_id), until))


class World:
    """The service over what is kept of one event; Stripe has the account ready or not, or (None) has it no more."""

    def __init__(self, *kept: StripeAccount, ready: bool | None = True) -> None:
        self.accounts = FakeAccounts({one.event_id: one for one in kept})
        self.accounts.forgotten = []
        self.ready = ready
        self.at_stripe: list[tuple[str, Any]] = []
        self.done: dict[str | None, ReconciledUntil] = {}
        self.reconciled: list[ReconciledUntil] = []
        everything: Any = self
        self.service = ConnectAccount(
            accounts=self.accounts,
            reconciliations=everything,
            at_stripe=lambda: everything,
            authorise=everything,
            clock=clock_at(NOW),
            public_url="https://m.example",
        )

    def require(self, caller: Principal, event_id: str, action: Action) -> None:
        assert action is Action.PAY_OUT
        if caller != OWNER:
            raise Forbidden

    def create_account(self, event_id: str, *, instead_of: str | None) -> str:
        self.at_stripe.append(("create", instead_of))
        return "acct_2" if instead_of else "acct_1"

    def is_ready(self, account_id: str) -> bool | None:
        self.at_stripe.append(("ready", account_id))
        return self.ready

    def make_onboarding_url(self, account_id: str, *, back: str) -> str:
        return f"{account_id} {back}"

    def load_last(self, account: str | None) -> ReconciledUntil | None:
        return self.done.get(account)

    def save(self, account: str | None, done: ReconciledUntil) -> None:
        self.reconciled.append(done)


def test_connect_event_without_account_makes_one_and_leads_back_to_its_sales() -> None:
    world = World()
    account, url = world.service.connect_stripe_account("E", caller=OWNER)
    assert account == world.accounts["E"] == READY
    assert url == "acct_1 https://m.example/events/E/sales"
    assert world.at_stripe == [("create", None), ("ready", "acct_1")]


@pytest.mark.parametrize("ready", [False, None])
def test_connect_account_that_takes_no_payments_yet_is_kept_as_not_ready(ready: bool | None) -> None:
    assert World(ready=ready).service.connect_stripe_account("E", caller=OWNER)[0] == replace(READY, ready=False)


def test_connect_again_gives_the_same_account_and_makes_none() -> None:
    world = World(READY)
    assert world.service.connect_stripe_account("E", caller=OWNER)[0] == READY
    assert world.at_stripe == []


def test_connect_account_that_was_taken_back_makes_another_in_its_place() -> None:
    world = World(GONE)
    account, _ = world.service.connect_stripe_account("E", caller=OWNER)
    assert account == world.accounts["E"] == replace(READY, id="acct_2")
    assert world.at_stripe[0] == ("create", "acct_1")


@pytest.mark.parametrize("verb", ["connect_stripe_account", "read_stripe_account", "disconnect_stripe_account"])
def test_connect_read_disconnect_by_who_may_not_is_refused_and_changes_nothing(verb: str) -> None:
    world = World(READY)
    more = {"match": frozenset({"*"})} if verb.startswith("disconnect") else {}
    with pytest.raises(Forbidden):
        getattr(world.service, verb)("E", caller=OTHER, **more)
    assert (world.accounts, world.at_stripe) == ({"E": READY}, [])


def test_read_event_without_account_is_not_found() -> None:
    with pytest.raises(NotFound):
        World().service.read_stripe_account("E", caller=OWNER)
    assert World(READY).service.read_stripe_account("E", caller=OWNER) == READY


def test_disconnect_forgets_the_account_and_looks_at_it_for_forty_days() -> None:
    world = World(READY)
    world.service.disconnect_stripe_account("E", caller=OWNER, match=frozenset({represent(READY).etag}))
    assert world.accounts == {}
    assert world.accounts.forgotten == [(READY, int(NOW) + LOOKED_AT_SECONDS)]


@pytest.mark.parametrize(("match", "error"), [(None, PreconditionRequired), (frozenset({"old"}), PreconditionFailed)])
def test_disconnect_of_a_version_nobody_saw_is_refused(match: frozenset[str] | None, error: type[Exception]) -> None:
    world = World(READY)
    with pytest.raises(error):
        world.service.disconnect_stripe_account("E", caller=OWNER, match=match)
    assert world.accounts.forgotten == []


@pytest.mark.parametrize(
    ("kept", "ready", "fresh"),
    [
        (READY, True, READY),
        (READY, False, replace(READY, ready=False)),
        (READY, None, GONE),
        (GONE, True, READY),
        (replace(GONE, disconnected_at=MOMENT.replace(year=2029)), None, None),
    ],
    ids=["nothing new", "not ready", "taken back", "connected again", "taken back before"],
)
def test_refresh_keeps_how_the_account_stands_at_stripe(
    kept: StripeAccount, ready: bool | None, fresh: StripeAccount | None
) -> None:
    world = World(kept, ready=ready)
    world.service.refresh_stripe_account("acct_1")
    assert world.accounts == {"E": fresh or kept}


def test_refresh_leaves_an_event_alone_that_is_paid_to_another_account() -> None:
    other = replace(READY, id="acct_2", event_id="moved")
    world = World(other, ready=None)
    world.service.refresh_stripe_account("acct_1")
    assert world.accounts == {"moved": other}


def test_refresh_account_of_no_event_does_not_ask_stripe() -> None:
    world = World(READY)
    world.service.refresh_stripe_account("acct_9")
    assert world.at_stripe == []


@pytest.mark.parametrize(
    ("ready", "rests_until", "saved"),
    [(True, 9, [ReconciledUntil(5, 3)]), (False, 9, [ReconciledUntil(5, 3)]), (None, 9, []), (True, 0, [])],
)
def test_refresh_account_that_can_be_looked_at_again_ends_its_rest(
    ready: bool | None, rests_until: int, saved: list[ReconciledUntil]
) -> None:
    world = World(READY, ready=ready)
    world.done["acct_1"] = ReconciledUntil(5, 3, rests_until)
    world.service.refresh_stripe_account("acct_1")
    assert world.reconciled == saved

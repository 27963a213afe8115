"""Who is calling, and what of that is remembered for how long."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.accounts.services.authorise import CACHE_SECONDS, MAX_TOKEN_BYTES, Authorise
from chalicelib.core.errors import Forbidden, MalformedRequest, NotFound, Unauthenticated
from chalicelib.core.kinds import View
from chalicelib.core.permissions import Action
from chalicelib.core.principal import Principal

ADA = Principal("ada", "sign-in")
TOKEN = "Bearer token"


class FakeCredentials:
    """Port `Credentials` in memory; counts what it is asked."""

    def __init__(self) -> None:
        self.sign_ins, self.roles = {"sign-in"}, {("ada", "E"): "moderator"}
        self.asked: Counter[str] = Counter()

    def is_sign_in_active(self, sign_in_id: str) -> bool:
        self.asked[sign_in_id] += 1
        return sign_in_id in self.sign_ins

    def find_role(self, user_id: str, event_id: str) -> str | None:
        self.asked[event_id] += 1
        return self.roles.get((user_id, event_id))


@pytest.fixture
def credentials() -> FakeCredentials:
    return FakeCredentials()


@pytest.fixture
def clock() -> Any:
    clock = SimpleNamespace(seconds=0.0)
    clock.now = lambda: clock.seconds
    return clock


@pytest.fixture
def authorise(credentials: FakeCredentials, clock: Any) -> Authorise:
    tokens: Any = SimpleNamespace(
        verify_token=lambda token, now: Principal("ada", "sign-in" if token == "token" else "other")
    )
    return Authorise(lambda: tokens, credentials, clock)


def test_identify_without_a_header_is_nobody_where_none_is_needed(authorise: Authorise) -> None:
    assert authorise.identify_caller(None, required=False) is None
    with pytest.raises(Unauthenticated):
        authorise.identify_caller(None, required=True)


@pytest.mark.parametrize("header", [TOKEN, "bearer token", "BEARER  token "])
def test_identify_a_token_is_its_caller(authorise: Authorise, header: str) -> None:
    assert authorise.identify_caller(header, required=True) == ADA


@pytest.mark.parametrize("header", ["", "token", "Basic token", "Bearer ", "Bearer " + "x" * (MAX_TOKEN_BYTES + 1)])
@pytest.mark.parametrize("required", [False, True])
def test_identify_a_bad_header_is_refused_even_where_none_is_needed(
    authorise: Authorise, header: str, *, required: bool
) -> None:
    with pytest.raises(Unauthenticated):
        authorise.identify_caller(header, required=required)


def test_identify_a_sign_in_that_ended_is_refused_within_the_time_that_it_is_remembered(
    authorise: Authorise, credentials: FakeCredentials, clock: Any
) -> None:
    authorise.identify_caller(TOKEN, required=True)
    credentials.sign_ins.clear()
    clock.seconds = CACHE_SECONDS - 1
    assert authorise.identify_caller(TOKEN, required=True) == ADA
    assert credentials.asked["sign-in"] == 1
    clock.seconds = CACHE_SECONDS
    with pytest.raises(Unauthenticated):
        authorise.identify_caller(TOKEN, required=True)


def test_identify_a_sign_in_that_was_forgotten_is_refused_at_once(
    authorise: Authorise, credentials: FakeCredentials
) -> None:
    authorise.identify_caller(TOKEN, required=True)
    credentials.sign_ins.clear()
    authorise.forget_sign_in("sign-in")
    with pytest.raises(Unauthenticated):
        authorise.identify_caller(TOKEN, required=True)


def test_require_a_new_role_works_at_once(authorise: Authorise, credentials: FakeCredentials) -> None:
    with pytest.raises(NotFound):
        authorise.require(ADA, "F", Action.REVIEW)
    credentials.roles["ada", "F"] = "owner"
    authorise.require(ADA, "F", Action.REVIEW)


def test_require_nobody_is_asked_to_sign_in(authorise: Authorise) -> None:
    with pytest.raises(Unauthenticated):
        authorise.require(None, "E", Action.REVIEW)


def test_require_what_a_role_may_not_do_is_forbidden(authorise: Authorise) -> None:
    authorise.require(ADA, "E", Action.REVIEW)
    with pytest.raises(Forbidden):
        authorise.require(ADA, "E", Action.REFUND)


@pytest.mark.parametrize(
    ("caller", "wanted", "view"),
    [
        (ADA, None, View.ALL),
        (ADA, "public", View.PUBLIC),
        (ADA, "all", View.ALL),
        (None, None, View.PUBLIC),
        (None, "public", View.PUBLIC),
        (Principal("eve", "sign-in"), None, View.PUBLIC),
    ],
)
def test_view_is_the_one_asked_for_or_the_widest(
    authorise: Authorise, caller: Principal | None, wanted: str | None, view: View
) -> None:
    assert authorise.choose_view(caller, "E", wanted) is view


@pytest.mark.parametrize(
    ("caller", "wanted", "error"),
    [
        (None, "all", Unauthenticated),
        (Principal("eve", "sign-in"), "all", NotFound),
        (ADA, "staff", MalformedRequest),
    ],
)
def test_view_of_staff_is_refused_to_others(
    authorise: Authorise, caller: Principal | None, wanted: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        authorise.choose_view(caller, "E", wanted)

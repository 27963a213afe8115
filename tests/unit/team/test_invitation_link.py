"""The link of an invitation identifies it and proves that we made it."""

import pytest

from chalicelib.core.ids import make_ulid
from chalicelib.team.domain.invitation_link import Named, named_by, token_of

NAMED = Named(make_ulid(1, b"event" * 2), make_ulid(2, b"invit" * 2))
KEY, OLD, FOREIGN = b"k" * 32, b"o" * 32, b"f" * 32


def test_name_the_invitation_that_was_signed() -> None:
    assert named_by(token_of(NAMED, KEY), [KEY]) == NAMED


def test_name_an_invitation_signed_with_the_key_before() -> None:
    assert named_by(token_of(NAMED, OLD), [KEY, OLD]) == NAMED


@pytest.mark.parametrize(
    "token",
    [
        "",
        token_of(NAMED, FOREIGN),
        token_of(NAMED, KEY)[:-1],
        token_of(NAMED, KEY) + "A",
        token_of(NAMED, KEY)[52:],
        NAMED.event_id + NAMED.invite_id,
        token_of(NAMED._replace(invite_id=NAMED.event_id), KEY)[:26] + token_of(NAMED, KEY)[:26] + "x" * 22,
        NAMED.invite_id + NAMED.event_id + token_of(NAMED, KEY)[52:],
        token_of(NAMED, KEY)[:-1] + "ü",
        "!" * 52 + token_of(NAMED, KEY)[52:],
    ],
)
def test_name_nothing_for_a_token_that_we_did_not_make(token: str) -> None:
    assert named_by(token, [KEY]) is None


def test_name_nothing_without_a_key() -> None:
    assert named_by(token_of(NAMED, KEY), []) is None

"""Rules of push subscriptions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from chalicelib.core.errors import InvalidInput
from chalicelib.core.validation import validate
from chalicelib.push.domain import subscription as rules
from chalicelib.push.domain.form import PushSubscriptionForm
from chalicelib.push.domain.subscription import PushSubscription
from tests.harness.browser import Browser

LOCAL = "http://127.0.0.1:9/_local/push"
KNOWN = [
    "https://fcm.googleapis.com/fcm/send/abc:def",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
    "https://wns2-by3p.notify.windows.com/w/?token=a%2fb",
    "https://web.push.apple.com/QGuQ",
    f"{LOCAL}/one",
]
STRANGE = [
    "http://fcm.googleapis.com/fcm/send/a",
    "https://fcm.googleapis.com:444/fcm/send/a",
    "https://fcm.googleapis.com:443@169.254.169.254/",
    "https://169.254.169.254/latest/meta-data",
    "https://evil.example/fcm.googleapis.com",
    "https://fcm.googleapis.com.evil.example/a",
    "https://evilfcm.googleapis.com/a",
    "https://notify.windows.com/w",
    "https://xnotify.windows.com/w",
    "https://user@fcm.googleapis.com/a",
    "https://fcm.googleapis.com\\@evil.example/a",
    "https://evil.example\\.push.apple.com/a",
    "https://evil.example#.push.apple.com",
    "https://evil.example?.push.apple.com",
    "https://fcm.googleapis.com/a#b",
    "https://fcm.googleapis.com/a b",
    "https://fcm.googleapis.com/a\r\nHost: evil.example",
    "https://fcm.googleapis.com:x/a",
    "https://[::1/a",
    "https://%.push.services.mozilla.com",
    "https://.push.apple.com/a",
    "https://a..push.apple.com/a",
    "https://a:b.push.apple.com/a",
    "https://ｆcm.googleapis.com/a",
    "ftp://fcm.googleapis.com/a",
    "//fcm.googleapis.com/a",
    f"{LOCAL}",
    f"{LOCAL}er/one",
    "",
]


@pytest.mark.parametrize("endpoint", KNOWN)
def test_push_service_of_a_browser_is_one(endpoint: str) -> None:
    assert rules.is_push_service(endpoint, [LOCAL])


@pytest.mark.parametrize("endpoint", STRANGE)
def test_anything_else_is_none(endpoint: str) -> None:
    assert not rules.is_push_service(endpoint, [LOCAL])


def test_what_is_trusted_elsewhere_is_not_here() -> None:
    assert not rules.is_push_service(f"{LOCAL}/one")


PIECES = st.sampled_from([*rules.SERVICES, "evil.example", *"/\\@:#?.%[] \t", "443", "https://"]) | st.text(max_size=3)


@given(st.lists(PIECES, max_size=6))
def test_what_is_taken_is_where_the_client_would_go(pieces: list[str]) -> None:
    endpoint = "https://" + "".join(pieces)
    if rules.is_push_service(endpoint):
        where = parse_url(endpoint)
        assert (where.scheme, where.auth, where.port) == ("https", None, None)
        assert where.host
        assert any(where.host == one or (one[0] == "." and where.host.endswith(one)) for one in rules.SERVICES)


def make(number: int, *, at: int = 0) -> PushSubscription:
    endpoint = f"https://web.push.apple.com/{number}"
    return PushSubscription(rules.subscription_id(endpoint), endpoint, "p", "a", "family", at or number, 10_000)


def test_one_more_than_there_may_be_drops_the_first() -> None:
    kept: list[PushSubscription] = []
    for number in range(1, rules.MOST + 3):
        kept = rules.with_one_more(kept, make(number))
    assert [one.created_at for one in kept] == list(range(3, rules.MOST + 3))


def test_same_endpoint_is_renewed_where_it_stands() -> None:
    kept = rules.with_one_more([make(1), make(2)], make(1, at=9)._replace(auth="new", family_id="later"))
    assert [(one.created_at, one.auth, one.family_id) for one in kept] == [(1, "new", "later"), (2, "a", "family")]


def test_written_is_read_and_shown_without_secrets() -> None:
    kept = [make(1), make(2)]
    assert rules.read(rules.write(kept)) == kept
    tag, body = rules.represent(kept, public_key="PUBLIC")
    assert rules.represent(kept, public_key="OTHER")[0] != tag
    assert [one in body for one in ("PUBLIC", "Safari", "push.apple.com", '"p"', "family")] == [True, True] + [
        False
    ] * 3


def form(**changes: object) -> dict[str, object]:
    return {**Browser("https://web.push.apple.com").form(), **changes}


def test_form_of_a_browser_is_taken() -> None:
    assert validate(form(expirationTime=1e12), PushSubscriptionForm).expiration_time == 1e12


KEYS = Browser("https://web.push.apple.com").form()["keys"]


@pytest.mark.parametrize(
    ("keys", "pointer"),
    [
        ({**KEYS, "auth": "AAAA"}, "/keys/auth"),
        ({**KEYS, "auth": "*" * 22}, "/keys/auth"),
        ({**KEYS, "p256dh": KEYS["p256dh"][:-4] + "AAAA"}, "/keys/p256dh"),
        ({**KEYS, "p256dh": "BA" + "A" * 85}, "/keys/p256dh"),
        ({**KEYS, "p256dh": "A" + KEYS["p256dh"][1:]}, "/keys/p256dh"),
        ({**KEYS, "p256dh": KEYS["p256dh"][:40]}, "/keys/p256dh"),
        ({**KEYS, "more": "x"}, "/keys/more"),
        ({"auth": KEYS["auth"]}, "/keys"),
    ],
)
def test_form_with_keys_that_are_none_is_refused(keys: dict[str, str], pointer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        validate(form(keys=keys), PushSubscriptionForm)
    assert any(one.pointer.startswith(pointer) for one in refusal.value.violations)

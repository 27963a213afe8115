"""Whether a mail leaves when its turn comes, to which address, and how it says that it can be refused."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.accounts.domain.account import Account
from chalicelib.accounts.domain.stored_account import StoredAccount
from chalicelib.mail.ports import Claimed
from chalicelib.mail.services.prepare_mail import PrepareMail, Withheld
from chalicelib.notifications.domain.address import AddressStanding
from chalicelib.notifications.domain.preferences import DIGEST, MailChoice, Preferences, Setting
from chalicelib.representations.represent import represent

URL = "https://m.example"
ADA = "ada@example.org"
MAIL = Claimed(ADA, "Hello", "Some words.", "<p>Some words.</p>")
KNOWN = AddressStanding()
SWITCHABLE, FIXED = "order_expired", "order_paid"
OFF = {SWITCHABLE: Setting(True, MailChoice.OFF, True)}


def account(*, verified: bool) -> StoredAccount:
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    made = Account(id="ada", email=ADA, name="Ada", verified=verified, created_at=moment, updated_at=moment)
    return StoredAccount("ada", "hash", *represent(made))


def prepared(
    mail: Claimed,
    *,
    standing: AddressStanding = KNOWN,
    stored: StoredAccount | None = None,
    settings: dict[str, Setting] | None = None,
) -> Any:
    """What becomes of the mail; its addressee is `stored`, of whose address and wishes this is known."""
    asked: list[str] = []
    parts: dict[str, Any] = {
        "accounts": SimpleNamespace(find_account={"ada": stored}.get),
        "mailboxes": SimpleNamespace(load_standing=lambda to: asked.append(to) or standing),
        "choose_channels": SimpleNamespace(load_preferences=lambda user_id: Preferences(settings or {})),
    }
    service = PrepareMail(token=lambda mail_id: f"token-of-{mail_id}", public_url=URL, **parts)
    made = service.prepare_mail("m", mail)
    assert asked in ([], [ADA])
    return made


def test_prepare_keeps_address_and_subject_and_puts_the_words_into_the_page() -> None:
    made = prepared(MAIL)
    assert (made.to, made.subject, made.headers) == (ADA, "Hello", ())
    assert made.text.startswith("Some words.\n\n-- \n")
    assert (made.html.startswith("<!doctype html>"), "Some words." in made.html) == (True, True)


@pytest.mark.parametrize(
    ("stored", "outcome"),
    [
        (account(verified=True), ADA),
        (account(verified=False), Withheld("unreachable")),
        (None, Withheld("unreachable")),
    ],
)
def test_prepare_without_an_address_goes_to_the_proven_one_of_the_account_alone(
    stored: StoredAccount | None, outcome: str | Withheld
) -> None:
    made = prepared(MAIL._replace(to="", user_id="ada"), stored=stored)
    assert (made if isinstance(made, Withheld) else made.to) == outcome


def test_prepare_without_address_and_user_is_unreachable() -> None:
    assert prepared(MAIL._replace(to="")) == Withheld("unreachable")


@pytest.mark.parametrize("state", ["bounced", "complained"])
def test_prepare_to_an_address_that_mails_came_back_from_leaves_only_to_prove_it(state: str) -> None:
    standing = AddressStanding(state, 1)
    assert prepared(MAIL, standing=standing) == Withheld("suppressed")
    assert prepared(MAIL._replace(proves=True), standing=standing).to == ADA


def test_prepare_what_is_suppressed_and_refused_is_told_as_suppressed() -> None:
    standing = AddressStanding("bounced", 1, frozenset({SWITCHABLE}))
    assert prepared(MAIL._replace(action=SWITCHABLE), standing=standing) == Withheld("suppressed")


@pytest.mark.parametrize(
    ("action", "leaves"), [(SWITCHABLE, False), (FIXED, True), (None, True), ("announcement", True)]
)
def test_prepare_for_a_guest_who_refused_the_topic_is_withheld_unless_it_is_always_mailed(
    action: str | None, leaves: bool
) -> None:
    made = prepared(MAIL._replace(action=action), standing=AddressStanding(refused=frozenset({SWITCHABLE, FIXED})))
    assert (made == Withheld("unsubscribed")) is not leaves


@pytest.mark.parametrize(
    ("action", "leaves"), [(SWITCHABLE, False), (FIXED, True), ("announcement", True), (DIGEST, True)]
)
def test_prepare_for_an_account_that_switched_the_topic_off_is_withheld(action: str, leaves: bool) -> None:
    settings = {**OFF, FIXED: OFF[SWITCHABLE]}
    made = prepared(MAIL._replace(action=action, user_id="ada"), settings=settings)
    assert (made == Withheld("unsubscribed")) is not leaves


def test_prepare_for_an_account_asks_its_preferences_and_not_what_its_address_refused_as_a_guest() -> None:
    made = prepared(
        MAIL._replace(action=SWITCHABLE, user_id="ada"), standing=AddressStanding(refused=frozenset({SWITCHABLE}))
    )
    assert made.to == ADA


def test_prepare_what_can_be_refused_says_how_in_headers_and_foot() -> None:
    made = prepared(MAIL._replace(action=SWITCHABLE))
    assert made.headers == (
        ("List-Unsubscribe", f"<{URL}/api/v1/unsubscribes/token-of-m>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
    assert (f"{URL}/unsubscribe/token-of-m" in made.text, f"{URL}/unsubscribe/token-of-m" in made.html) == (True, True)


@pytest.mark.parametrize(("user_id", "offers"), [("ada", True), (None, False)])
def test_prepare_offers_preferences_to_accounts_alone(user_id: str | None, offers: bool) -> None:
    made = prepared(MAIL._replace(action=SWITCHABLE, user_id=user_id))
    assert (f"{URL}/notifications/preferences" in made.text) is offers


@pytest.mark.parametrize("action", [FIXED, None])
def test_prepare_what_is_always_mailed_has_no_way_to_refuse_it(action: str | None) -> None:
    made = prepared(MAIL._replace(action=action))
    assert (made.headers, "unsubscribe" in made.text, "unsubscribe" in made.html) == ((), False, False)


def test_prepare_dresses_the_mail_in_its_language() -> None:
    assert '<html lang="de">' in prepared(MAIL._replace(action=SWITCHABLE, language="de")).html

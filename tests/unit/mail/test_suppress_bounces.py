"""An address that mails came back from is not mailed, its owner is shown so, and may prove it again."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.accounts.domain.account import Account
from chalicelib.accounts.domain.stored_account import StoredAccount
from chalicelib.core.errors import Conflict, TooManyAttempts
from chalicelib.mail.services.suppress_bounces import PROOFS_A_DAY, PROVE_SECONDS, WINDOW_SECONDS, SuppressBounces
from chalicelib.notifications.domain.address import AddressStanding
from chalicelib.notifications.domain.notification import Mail
from chalicelib.notifications.domain.preferences import Address
from chalicelib.representations.represent import represent
from tests.unit.orders.builders import clock_at

NOW = 1_000
ADA = "ada@bücher.example"
ASCII = "ada@xn--bcher-kva.example"
_MOMENT = datetime(2030, 1, 1, tzinfo=UTC)
_ACCOUNT = Account(
    id="ada", email=ADA, name="Ada", language="de", verified=True, created_at=_MOMENT, updated_at=_MOMENT
)
STORED = StoredAccount("ada", "hash", *represent(_ACCOUNT))


class Mailboxes:
    """Port `Mailboxes` for one address, of which a complaint is known already if it is told so."""

    def __init__(self, standing: AddressStanding) -> None:
        self.standing = standing
        self.suppressed: list[tuple[str, str, int]] = []
        self.restored: list[str] = []

    def load_standing(self, address: str) -> AddressStanding:
        return self.standing

    def suppress(self, address: str, *, state: str, since: int) -> None:
        self.suppressed.append((address, state, since))
        if self.standing.state is None:
            self.standing = AddressStanding(state, since)

    def restore(self, address: str) -> None:
        self.restored.append(address)


class World:
    """Every other port; `attempts` proofs were asked for today, the one that is asked for now included."""

    def __init__(self, *, state: str | None = None, stored: StoredAccount | None = STORED, attempts: int = 1) -> None:
        self.mailboxes: Any = Mailboxes(AddressStanding(state, None if state is None else 500))
        self.stored, self.attempts = stored, attempts
        self.marked: list[tuple[str, Address]] = []
        self.tokens: list[tuple[str, str, int, Mail]] = []
        self.returned: list[str] = []
        self.counted: list[Any] = []
        names = ("accounts", "mailed_tokens", "attempts", "edit_preferences", "ids", "mails")
        parts: dict[str, Any] = dict.fromkeys(names, self)
        self.service = SuppressBounces(
            mailboxes=self.mailboxes, clock=clock_at(NOW + 0.5), public_url="https://m.example", **parts
        )

    def find_account(self, user_id: str) -> StoredAccount | None:
        return self.stored

    def find_account_by_email(self, email: str) -> StoredAccount | None:
        return self.stored if email == ADA else None

    def mark_address(self, user_id: str, address: Address) -> None:
        self.marked.append((user_id, address))

    def add_verify_token(self, secret: str, user_id: str, *, until: int, mail: Mail) -> None:
        self.tokens.append((secret, user_id, until, mail))

    def count_attempt(self, subject: str, *, now: int, window: int) -> int:
        self.counted.append((subject, now, window))
        return self.attempts

    def mark_returned(self, key: str) -> None:
        self.returned.append(key)

    def new_secret(self) -> str:
        return "secret"

    def new_id(self) -> str:
        return "id"


def bounce(*addresses: str, kind: str = "Permanent", order_id: str | None = None) -> str:
    recipients = [{"emailAddress": one} for one in addresses]
    mail = {"tags": {"order": [order_id]}} if order_id else {}
    return json.dumps(
        {"eventType": "Bounce", "bounce": {"bounceType": kind, "bouncedRecipients": recipients}, "mail": mail}
    )


def complaint(address: str, order_id: str) -> str:
    told = {"complainedRecipients": [{"emailAddress": address}]}
    return json.dumps({"eventType": "Complaint", "complaint": told, "mail": {"tags": {"order": [order_id]}}})


def test_suppress_a_bounce_keeps_the_address_and_shows_its_owner() -> None:
    world = World()
    world.service.suppress_bounces(bounce(ASCII))
    assert world.mailboxes.suppressed == [(ASCII, "bounced", NOW)]
    assert (world.marked, world.returned) == ([("ada", Address("bounced", NOW))], [])


def test_suppress_what_was_known_before_shows_that() -> None:
    world = World(state="complained")
    world.service.suppress_bounces(bounce(ASCII))
    assert world.marked == [("ada", Address("complained", 500))]


def test_suppress_an_address_without_account_marks_nobody() -> None:
    world = World()
    world.service.suppress_bounces(bounce("eve@example.org", ASCII))
    assert [address for address, _, _ in world.mailboxes.suppressed] == ["eve@example.org", ASCII]
    assert [user_id for user_id, _ in world.marked] == ["ada"]


def test_suppress_a_bounce_of_tickets_marks_their_mail_as_returned() -> None:
    world = World()
    world.service.suppress_bounces(bounce(ASCII, order_id="O"))
    assert world.returned == ["order_paid O"]


def test_suppress_a_complaint_about_tickets_leaves_their_mail_as_it_arrived() -> None:
    world = World()
    world.service.suppress_bounces(complaint(ASCII, "O"))
    assert (world.mailboxes.suppressed, world.returned) == ([(ASCII, "complained", NOW)], [])


@pytest.mark.parametrize("message", ["no JSON", "[]", bounce(ASCII, kind="Transient")])
def test_suppress_passes_over_what_cannot_be_read_and_what_passes(message: str) -> None:
    world = World()
    world.service.suppress_bounces(message)
    assert (world.mailboxes.suppressed, world.marked, world.returned) == ([], [], [])


def test_ask_for_proof_mails_a_link_to_the_account_that_gets_through() -> None:
    world = World(state="bounced")
    world.service.ask_for_proof("ada")
    ((secret, user_id, until, mail),) = world.tokens
    assert (secret, user_id, until) == ("secret", "ada", NOW + PROVE_SECONDS)
    assert (mail.to, mail.key, mail.proves, mail.language) == (ADA, "prove id", True, "de")
    assert "https://m.example/verify#secret" in mail.text
    assert (world.counted, world.marked) == ([("prove ada", NOW, WINDOW_SECONDS)], [])


def test_ask_for_proof_while_mails_arrive_is_refused_and_clears_the_mark() -> None:
    world = World()
    with pytest.raises(Conflict) as refusal:
        world.service.ask_for_proof("ada")
    assert refusal.value.code == "address_works"
    assert (world.marked, world.tokens, world.counted) == ([("ada", Address())], [], [])


def test_ask_for_proof_without_account_is_refused() -> None:
    world = World(state="bounced", stored=None)
    with pytest.raises(Conflict):
        world.service.ask_for_proof("ada")
    assert world.tokens == []


@pytest.mark.parametrize(("attempts", "mails"), [(PROOFS_A_DAY, 1), (PROOFS_A_DAY + 1, 0)])
def test_ask_for_proof_too_often_in_a_day_is_refused(attempts: int, mails: int) -> None:
    world = World(state="bounced", attempts=attempts)
    if mails:
        world.service.ask_for_proof("ada")
    else:
        with pytest.raises(TooManyAttempts) as refusal:
            world.service.ask_for_proof("ada")
        assert refusal.value.retry_after == WINDOW_SECONDS
    assert len(world.tokens) == mails


def test_restore_an_address_that_mails_came_back_from_clears_both_marks() -> None:
    world = World(state="bounced")
    world.service.restore_address("ada", ADA)
    assert (world.marked, world.mailboxes.restored) == ([("ada", Address())], [ADA])


def test_restore_an_address_that_works_writes_nothing() -> None:
    world = World()
    world.service.restore_address("ada", ADA)
    assert (world.marked, world.mailboxes.restored) == ([], [])

"""What leaves the gate's and the buyer's hands: the PDF that goes with the mail, and counts that are pushed."""

import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from chalicelib.check_in.domain.check_in import CheckInForm
from chalicelib.check_in.services.push_counts import PushCounts
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.times import moment
from chalicelib.live.ports import Connection, Pushed
from chalicelib.live.services.sockets import Sockets
from chalicelib.mail.ports import Attachment, Claimed
from chalicelib.mail.services.send_mail import SendMail
from chalicelib.orders.domain.order import OrderRecord, moved_on
from chalicelib.orders.domain.order_state import Dispute
from chalicelib.orders.ports import SaleChange
from chalicelib.tickets.domain.ticket import AttendeeChange, AttendeesForm, tickets_of
from tests.harness.shop import BUYER, OWNER, Shop, items_of


@pytest.fixture
def paid(shop: Shop) -> OrderRecord:
    """A free order of two, paid at once."""
    return shop.record(shop.order((shop.ticket(50, amount=0), 2)))


class FakeMailer:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Claimed] = []

    def send(self, mail: Claimed) -> None:
        self.sent.append(mail)


def send_mails(shop: Shop, tickets: Any = None) -> list[Claimed]:
    """What the notifications stream does with all mails."""
    from chalicelib.mail.adapters.mails import DynamoMails

    mailer = FakeMailer()
    give = tickets or shop.services.tickets.issue_tickets.make_attachment
    mailing = SendMail(
        DynamoMails(),
        mailer,
        shop.clock,
        shop.services.mail.prepare_mail,
        pace=lambda: True,
        sleep=lambda _: None,
        tickets=give,
    )
    for item in items_of("MailItem", "MAIL"):
        mailing.on_changes([Change(ChangeKind.CREATED, "MAIL", item.pk, None, {"id": item.id})])
    return mailer.sent


def test_mail_of_a_paid_order_has_the_tickets_as_they_are_when_it_is_sent(shop: Shop, paid: OrderRecord) -> None:
    form = AttendeesForm(attendees=[AttendeeChange(number=2, name="Grace Hopper")])
    shop.services.tickets.issue_tickets.update_attendees(paid.id, form, principal=BUYER, access=None)
    (mail,) = send_mails(shop)
    ((name, content_type, content),) = mail.attachments
    assert (name, content_type) == (f"tickets-{paid.id}.pdf", "application/pdf")
    printed = ["".join(page.extract_text().split()[-2:]) for page in PdfReader(io.BytesIO(content)).pages]
    assert printed == [ticket.code for ticket in tickets_of(shop.record(paid))]
    assert f"http://127.0.0.1:8000/orders/{paid.id}" in mail.text
    assert "attached" in mail.text


def test_mail_of_tickets_that_are_not_valid_any_more_goes_without_them(shop: Shop, paid: OrderRecord) -> None:
    facts = replace(paid.facts, dispute=Dispute.LOST)
    after = moved_on(paid, facts, now=moment(shop.clock.now()))
    shop.services.orders.store.write_order(SaleChange(before=paid, after=after))
    (mail,) = send_mails(shop)
    assert mail.attachments == ()


def test_mail_stores_neither_tickets_nor_codes(shop: Shop, paid: OrderRecord) -> None:
    (item,) = items_of("MailItem", "MAIL")
    assert item.tickets_of == paid.id
    stored = str(item.attribute_values)
    assert [ticket.code.rpartition("-")[2] in stored for ticket in tickets_of(paid)] == [False, False]


def test_mail_whose_tickets_cannot_be_printed_stays_and_is_sent_later(shop: Shop, paid: OrderRecord) -> None:
    def fail(order_id: str) -> Attachment:
        raise RuntimeError(order_id)

    for _ in range(3):
        with pytest.raises(RuntimeError):
            send_mails(shop, fail)
    (mail,) = send_mails(shop)
    assert len(mail.attachments) == 1


class FakeConnections:
    """One open socket of each user, and what was forgotten."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    def list_connections(self, user_id: str) -> list[Connection]:
        return [
            Connection(f"{user_id} {name}", user_id, name, "https://x.example", expires_at)
            for name, expires_at in (("stands", 2_000_000_000), ("ended", 2_000_000_000), ("old", 1))
        ]

    def forget(self, connection: Connection) -> None:
        self.forgotten.append(connection.id)


class FakeSignIns:
    """Only one stands."""

    def find_active_sign_ins(self, sign_in_ids: Iterable[str]) -> set[str]:
        return set(sign_in_ids) - {"ended"}


class FakePusher:
    """Keeps what it pushes; every socket is gone then."""

    def __init__(self) -> None:
        self.pushed: list[tuple[list[str], list[str]]] = []

    def push(self, connections: list[Connection], frames: list[str], *, within: float) -> Pushed:
        self.pushed.append(([one.id for one in connections], frames))
        return Pushed(gone=list(connections), failed=[])

    def disconnect(self, connections: Sequence[Connection]) -> None:
        assert all(one.id.endswith(("ended", "old")) for one in connections), connections


def test_reporting_pushes_counts_to_sockets_of_those_who_check_in(shop: Shop, paid: OrderRecord) -> None:
    form = CheckInForm(code=tickets_of(paid)[0].code)
    made = shop.services.check_in.check_people_in.check_in(shop.event_id, form, caller=OWNER)
    at = msgspec.to_builtins(made.recorded_at)
    pusher, connections = FakePusher(), FakeConnections()
    reaching = Sockets(connections, FakeSignIns(), pusher, shop.clock)  # type: ignore[arg-type]
    reporting = PushCounts(
        read_check_ins=shop.services.check_in.read_check_ins, view=shop.services.check_in.view, sockets=reaching
    )
    kept = shop.services.check_in.store.find(shop.event_id, paid.id, 1)
    image = {"body": msgspec.json.encode(kept).decode()}
    change = Change(ChangeKind.CREATED, "CHECK_IN", f"EVENT#{shop.event_id}", None, image)
    reporting.on_changes([change, change])
    ((to, (frame,)),) = pusher.pushed
    types = [
        {"ticket_type_id": paid.order.lines[0].ticket_type_id, "name": "Day ticket", "checked_in": 1, "sold": 2},
    ]
    assert to == [f"{OWNER.user_id} stands"]
    assert connections.forgotten == [f"{OWNER.user_id} {name}" for name in ("ended", "old", "stands")]
    assert json.loads(frame) == {
        "meta": "Check-ins",
        "event_id": shop.event_id,
        "counts": {"checked_in": 1, "sold": 2, "types": types},
        "tickets": [{"ticket": made.ticket, "checked_in_at": at, "recorded_at": at}],
    }

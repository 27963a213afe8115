"""What a change of a sale tells: which news it is, to whom, and how much of it fits the transaction."""

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.catalog.domain.stock import Piece
from chalicelib.core.transactions import MAX_ITEMS
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.domain.preferences import Channels
from chalicelib.notifications.services.choose_channels import Addressee
from chalicelib.orders.domain.charge import Charge, ChargeDispute, Refund
from chalicelib.orders.domain.order import OrderRecord, access_token
from chalicelib.orders.domain.order_state import Dispute, Ended, Facts, Reason
from chalicelib.orders.domain.refund import RefundReason, RefundStanding, RefundWish
from chalicelib.orders.ports import SaleChange
from chalicelib.orders.services.order_messages import OrderMessages, items_of_change
from chalicelib.orders.services.read_order import hash_of_access
from chalicelib.representations.json_text import encode
from chalicelib.representations.stored import StoredItem
from tests.unit.orders.builders import ID, MOMENT, PAID, charge, clock_at, record
from tests.unit.website.builders import event

KEYS = (b"new key", b"old key")
HELD_BACK = replace(PAID, issued=False, held_back=True)
WISH = RefundWish(
    key="k",
    order_id=ID,
    charge_id="ch_1",
    amount=5000,
    currency="EUR",
    reason=RefundReason.REQUESTED,
    created_at=MOMENT,
)


class World:
    """The service; each addressee gets all in the app and by mail, in German where they are in `german`."""

    def __init__(self, *staff: str, german: Sequence[str] = (), public: bool = True) -> None:
        self.german = german
        stored = StoredItem("tag", encode(event(name="Conf", timezone="Europe/Zurich")), 1)
        self.asked: list[tuple[str, NotificationAction]] = []
        everything: Any = self
        representations: Any = SimpleNamespace(event=lambda event_id, view: stored if public else None)
        self.service = OrderMessages(
            representations,
            lambda: SimpleNamespace(list_treasurers=lambda event_id: list(staff)),
            clock_at(7.5),
            choose_channels=everything,
            contacts=everything,
            keys=lambda: KEYS,
            public_url="https://m.example",
        )

    def find_addressees(
        self, user_ids: Sequence[str], action: NotificationAction, *, contacts: object
    ) -> list[Addressee]:
        self.asked += [(one, action) for one in user_ids]
        return [Addressee(one, Channels(), "de" if one in self.german else "en") for one in user_ids]

    def told(self, change: SaleChange, known: Charge | None = None) -> list[str]:
        """The names of all news by mail; those to staff end with the user."""
        mails = self.service.add_messages(change, known=known).mails
        return [mail.key.replace(f" {ID} 2", "").replace(f" {ID}", "") for mail in mails]


def version(facts: Facts = PAID, *, number: int = 2, reason: Reason | None = None, **fields: Any) -> OrderRecord:
    made = record(facts, version=number, **fields)
    times = {"paid_at": MOMENT if facts.issued else None, "expires_at": MOMENT + timedelta(hours=1)}
    return replace(made, order=replace(made.order, reason=reason, **times))


def changed(before: Facts = PAID, after: Facts = PAID, **more: Any) -> SaleChange:
    return SaleChange(after=version(after), before=version(before, number=1), **more)


def refund(id: str = "re_1", amount: int = 700, status: str = "succeeded", **more: Any) -> Refund:
    return Refund(id=id, amount=amount, currency="EUR", status=status, reason=None, created_at=MOMENT, **more)


def disputed(status: str, amount: int = 5000, **more: Any) -> Charge:
    dispute = ChargeDispute(id="du_1", amount=amount, currency="EUR", status=status, reason="", created_at=MOMENT)
    return charge(disputes=[dispute], **more)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed(Facts()), ["order_paid"]),
        (SaleChange(after=version()), ["order_paid"]),
        (changed(), []),
        (SaleChange(after=version(Facts())), []),
        (SaleChange(after=version(Facts(), offer="entry")), ["tickets_offered offered"]),
        (SaleChange(after=version(Facts(), offer="entry"), before=version(Facts(), number=1)), []),
        (SaleChange(after=version(Facts(ended=Ended.EXPIRED), offer="entry")), []),
    ],
    ids=["paid", "free at once", "was paid", "reserved", "offered", "offered before", "offered and over"],
)
def test_add_messages_when_an_order_is_made_or_paid(change: SaleChange, told: list[str]) -> None:
    assert World("staff").told(change) == told


@pytest.mark.parametrize(
    ("seen", "known", "told"),
    [
        (charge(refunds=[refund()]), charge(), ["order_refunded refunded"]),
        (charge(refunds=[refund()]), None, ["order_refunded refunded"]),
        (charge(refunds=[refund()]), charge(refunds=[refund()]), []),
        (charge(id="ch_2", refunds=[refund()]), charge(id="ch_2"), []),
        (
            charge(refunds=[refund(status="failed")]),
            charge(refunds=[refund()]),
            ["payment_in_review refund_failed staff"],
        ),
        (charge(refunds=[refund(status="failed", request="k")]), charge(), []),
        (
            disputed("lost", 1000),
            disputed("under_review", 1000),
            ["order_refunded taken_back", "payment_disputed dispute_part_lost staff"],
        ),
        (disputed("needs_response"), charge(), ["payment_disputed disputed staff"]),
        (disputed("needs_response"), disputed("under_review"), []),
        (disputed("won"), disputed("under_review"), ["payment_disputed dispute_over staff"]),
        (
            disputed("lost"),
            disputed("under_review"),
            ["order_refunded charged_back", "payment_disputed dispute_lost staff"],
        ),
        (
            disputed("lost", 1000, refunds=[refund(amount=4000)]),
            disputed("lost", 1000),
            ["order_refunded refunded"],
        ),
    ],
    ids=[
        "refund",
        "refund of a charge never seen",
        "refund that was seen",
        "refund of a surplus payment",
        "refund that failed since",
        "refund that never stood, whose wish tells",
        "part lost",
        "dispute opened",
        "dispute goes on",
        "dispute won",
        "dispute lost",
        "rest refunded beside a part that was lost",
    ],
)
def test_add_messages_of_what_a_charge_shows_now(seen: Charge, known: Charge | None, told: list[str]) -> None:
    assert World("staff").told(changed(charge=seen), known) == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"reason": RefundReason.PAID_TWICE}, ["order_refunded paid_twice"]),
        ({"reason": RefundReason.PAID_TOO_LATE}, []),
        ({"tries": 1, "reason": RefundReason.PAID_TWICE}, ["payment_in_review refund_waits staff"]),
        ({"tries": 2}, []),
        ({"standing": RefundStanding.DONE, "tries": 1}, []),
        ({"standing": RefundStanding.FAILED}, ["payment_in_review refund_failed staff"]),
    ],
    ids=["asked for", "paid twice", "paid too late", "waits", "waits on", "done", "refused"],
)
def test_add_messages_of_a_wanted_refund(changes: dict[str, Any], told: list[str]) -> None:
    assert World("staff").told(changed(wish=replace(WISH, **changes))) == told


REASONS = {
    Reason.PAID_TOO_LATE: ["order_refunded paid_too_late"],
    Reason.EVENT_CLOSED: ["order_refunded event_closed"],
    Reason.EVENT_OVER: ["order_refunded event_over"],
    Reason.TICKETS_GONE: ["order_refunded tickets_gone"],
    Reason.PAYMENT_FAILED: ["order_expired payment_failed"],
    Reason.ACCOUNT_GONE: ["order_expired account_gone"],
}


@pytest.mark.parametrize("reason", Reason)
def test_add_messages_of_the_reason_why_an_order_ended(reason: Reason) -> None:
    after = version(Facts(), reason=reason)
    assert World().told(SaleChange(after=after, before=version(Facts(), number=1))) == REASONS.get(reason, [])
    same = SaleChange(after=after, before=version(Facts(), number=1, reason=reason))
    assert World().told(same) == World().told(SaleChange(after=after)) == []


def test_add_messages_of_a_hold_that_ended_stays_in_the_app() -> None:
    after = version(Facts(ended=Ended.EXPIRED), reason=Reason.HOLD_ENDED, user_id="ada")
    made = World().service.add_messages(SaleChange(after=after, before=version(Facts(), number=1)))
    assert ([one.title for one in made.notifications], made.mails) == (["Not paid in time: Conf"], ())


@pytest.mark.parametrize(
    ("before", "more", "told"),
    [
        (Facts(), {}, ["payment_in_review in_review staff"]),
        (HELD_BACK, {}, []),
        (Facts(), {"wish": replace(WISH, standing=RefundStanding.FAILED)}, ["payment_in_review refund_failed staff"]),
    ],
    ids=["new", "was before", "a refund failed too"],
)
def test_add_messages_of_an_order_in_review_once(before: Facts, more: dict[str, Any], told: list[str]) -> None:
    assert World("staff").told(changed(before, HELD_BACK, **more)) == told


def test_add_messages_to_a_change_without_news_asks_nobody() -> None:
    world, change = World("staff", public=False), changed()
    assert world.service.add_messages(change) is change
    assert world.asked == []


def test_add_messages_keeps_what_the_change_tells_already() -> None:
    first = World().service.add_messages(changed(Facts()))
    both = World().service.add_messages(first._replace(charge=charge(refunds=[refund()])))
    assert [mail.key for mail in both.mails] == [
        f"order_paid {ID}",
        f"order_paid {ID}",
        f"order_refunded refunded {ID} 2",
    ]


def test_tell_buyer_with_an_account_in_the_app_and_by_mail_in_their_language() -> None:
    world = World(german=["ada"])
    made = world.service.add_messages(SaleChange(after=version(user_id="ada")))
    (notification,), (mail,) = made.notifications, made.mails
    assert (notification.user_id, notification.subject, notification.received_at) == ("ada", f"/orders/{ID}", 7)
    assert (mail.user_id, mail.to, mail.language, mail.tickets_of) == ("ada", "ada@example.org", "de", ID)
    assert mail.notification_id == notification.id
    assert f"https://m.example/orders/{ID}\n" in mail.text
    assert world.asked == [("ada", NotificationAction.ORDER_PAID)]


@pytest.mark.parametrize("key", KEYS)
def test_tell_buyer_without_an_account_by_mail_with_the_access_token(key: bytes) -> None:
    token = access_token(ID, key)
    made = World().service.add_messages(SaleChange(after=version(access_hash=hash_of_access(token))))
    assert made.notifications == ()
    assert f"https://m.example/orders/{ID}#access={token}\n" in made.mails[0].text


def test_tell_buyer_whose_token_no_key_makes_links_without_one() -> None:
    made = World().service.add_messages(SaleChange(after=version(access_hash="of a lost key")))
    assert "#access" not in made.mails[0].text


def test_tell_only_what_is_paid_goes_with_its_tickets() -> None:
    made = World().service.add_messages(changed(charge=charge(refunds=[refund()])))
    assert made.mails[0].tickets_of is None
    assert "7.00 EUR" in made.mails[0].text


def test_tell_staff_each_at_their_own_address_and_at_the_sale() -> None:
    world = World("one", "other", german=["other"])
    made = world.service.add_messages(changed(Facts(), HELD_BACK))
    place = f"/events/E/sales#{ID}"
    assert [(one.user_id, one.subject) for one in made.notifications] == [("one", place), ("other", place)]
    assert [(one.user_id, one.to, one.language) for one in made.mails] == [("one", "", "en"), ("other", "", "de")]
    assert len({one.id for one in made.notifications}) == 2


def test_tell_staff_as_many_as_the_transaction_has_room_for() -> None:
    """Each takes five items: notification, counter and mail; the order takes one."""
    world = World(*(f"staff{number:03d}" for number in range(MAX_ITEMS)))
    alone = world.service.add_messages(changed(Facts(), HELD_BACK))
    assert [one.user_id for one in alone.notifications] == [f"staff{number:03d}" for number in range(19)]
    beside = world.service.add_messages(changed(charge=disputed("lost", 1000)))
    assert len(beside.notifications) == 19
    assert items_of_change(beside) == 1 + 1 + 2 + 19 * 5


def test_tell_staff_of_tickets_that_did_not_arrive_changes_nothing_of_the_order() -> None:
    made = World("staff").service.add_undelivered(version())
    assert (made.after, made.before) == (version(), version())
    assert [mail.key for mail in made.mails] == [f"payment_in_review undelivered {ID} 2 staff"]


def test_name_event_as_it_is_stored_or_given_or_not_at_all() -> None:
    change = changed(Facts())
    assert World().service.add_messages(change).mails[0].subject == "Your tickets for Conf"
    given = World(public=False).service.add_messages(change, event=event(name="Given"))
    assert given.mails[0].subject == "Your tickets for Given"
    assert World(public=False).service.add_messages(change).mails[0].subject == "Your tickets for the event"


def test_tell_times_in_the_zone_of_the_event() -> None:
    offered = version(Facts(), offer="entry")
    assert "01 January 2030, 02:00 CET" in World().service.add_messages(SaleChange(after=offered)).mails[0].text


PIECES = (Piece("T", 0, 1), Piece("T", 1, 1), Piece("code.D", 0, 1))


@pytest.mark.parametrize(
    ("change", "items"),
    [
        (changed(), 1),
        (changed(marker="evt_1"), 2),
        (changed(charge=charge()), 2),
        (changed(wish=WISH), 3),
        (changed(Facts(ended=Ended.EXPIRED), PAID), 2),
        (SaleChange(after=version(Facts(), allocation=PIECES)), 4),
        (SaleChange(after=version(PAID, allocation=PIECES), before=version(Facts(), number=1)), 5),
        (SaleChange(after=version(replace(PAID, dispute=Dispute.OPEN), allocation=PIECES), before=version()), 1),
    ],
    ids=["order", "marker", "charge", "wish", "first ticketed", "held", "sold", "stays sold"],
)
def test_count_items_that_a_change_writes(change: SaleChange, items: int) -> None:
    assert items_of_change(change) == items

"""A mail leaves once: what is claimed, handed over, settled or given back, and when nothing is sent."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.errors import Busy, UpstreamFailed
from chalicelib.mail.ports import Attachment, Claimed, HeldMail, MailDelayed, MailRefused, MailUncertain
from chalicelib.mail.services.prepare_mail import Withheld
from chalicelib.mail.services.send_mail import CLAIM_SECONDS, MOST_SENDS, PAUSES_SECONDS, SendMail

NOW = 1_000.0
MAIL = Claimed("ada@example.org", "Hello", "text", "<p>html</p>")
READY = MAIL._replace(text="ready")
PDF = Attachment("tickets.pdf", "application/pdf", b"%PDF")


class World:
    """Every port of the service. `claims` and `answers` come one after the other, the last one again and again; `done`
    is what was done, in order.
    """

    def __init__(
        self,
        *answers: Exception | None,
        claims: tuple[Claimed | HeldMail | None, ...] = (MAIL,),
        ready: Claimed | Withheld | Exception = READY,
        queued: bool = True,
        paces: bool = True,
    ) -> None:
        self.answers, self.claims = list(answers or (None,)), list(claims)
        self.ready, self.queued, self.paces = ready, queued, paces
        self.done: list[Any] = []
        self.slept: list[float] = []
        self.sent: list[Claimed] = []

    def service(self, **changes: Any) -> SendMail:
        clock: Any = SimpleNamespace(now=lambda: NOW)
        parts: dict[str, Any] = {"mailer": self, "pace": lambda: self.paces, "sleep": self.slept.append}
        return SendMail(self, clock=clock, prepare_mail=self, **{**parts, **changes})

    def run(self, **changes: Any) -> None:
        self.service(**changes).on_changes([created()])

    def claim(self, mail_id: str, **terms: float) -> Claimed | HeldMail | None:
        assert terms == {"now": NOW, "until": NOW + CLAIM_SECONDS, "most_sends": MOST_SENDS}
        return self.claims.pop(0) if len(self.claims) > 1 else self.claims[0]

    def is_queued(self, mail_id: str) -> bool:
        return self.queued

    def prepare_mail(self, mail_id: str, mail: Claimed) -> Claimed | Withheld:
        if isinstance(self.ready, Exception):
            raise self.ready
        return self.ready

    def send(self, mail: Claimed) -> None:
        self.sent.append(mail)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is not None:
            raise answer

    def give_back(self, mail_id: str, *, sent_perhaps: bool) -> None:
        self.done.append(("given back", sent_perhaps))

    def finish(self, mail_id: str, state: str) -> None:
        self.done.append((mail_id, state))


def created(**item: Any) -> Change:
    return Change(ChangeKind.CREATED, "MAIL", "MAIL#m", None, {"id": "m", **item})


def changed(before: dict[str, Any] | None, after: dict[str, Any] | None) -> Change:
    return Change(ChangeKind.CHANGED, "MAIL", "MAIL#m", before, after)


def test_send_a_new_mail_hands_over_what_was_prepared_and_settles_it() -> None:
    world = World()
    world.run()
    assert (world.sent, world.done, world.slept) == ([READY], [("m", "sent")], [0.0])


@pytest.mark.parametrize(
    ("change", "sends"),
    [
        (created(not_before=int(NOW)), 1),
        (created(not_before=int(NOW) + 1), 0),
        (created(not_before=None), 1),
        (changed({"woken": None}, {"id": "m", "state": "queued", "woken": 1}), 1),
        (changed({"woken": 1}, {"id": "m", "state": "queued", "woken": 1}), 0),
        (changed({"woken": None}, {"id": "m", "state": "sent", "woken": 1}), 0),
        (changed(None, {"id": "m", "state": "queued", "woken": 1}), 0),
        (Change(ChangeKind.REMOVED, "MAIL", "MAIL#m", {"id": "m"}, None), 0),
    ],
    ids=["time has come", "too early", "any time", "woken", "not woken", "woken when sent", "no image", "removed"],
)
def test_send_only_a_mail_that_is_new_or_woken_and_not_too_early(change: Change, sends: int) -> None:
    world = World()
    world.service().on_changes([change])
    assert len(world.sent) == sends


def test_send_without_a_mailer_leaves_it_queued() -> None:
    world = World()
    world.run(mailer=None)
    assert (world.sent, world.done, world.slept) == ([], [], [])


def test_send_what_somebody_settled_takes_no_place_in_the_line() -> None:
    paced: list[int] = []
    world = World(queued=False)
    world.run(pace=lambda: paced.append(1) or True)
    assert (world.sent, world.done, paced) == ([], [], [])


def test_send_while_the_line_is_too_long_postpones_it_unclaimed() -> None:
    world = World(paces=False)
    world.run()
    assert (world.sent, world.done, world.slept) == ([], [], [0.0])


def test_send_what_is_settled_when_it_is_claimed_sends_nothing() -> None:
    world = World(claims=(None,))
    world.run()
    assert (world.sent, world.done) == ([], [])


def test_send_a_withheld_mail_settles_it_as_what_withholds_it() -> None:
    world = World(ready=Withheld("unsubscribed"))
    world.run(tickets=lambda order_id: pytest.fail("no tickets are printed"))
    assert (world.sent, world.done) == ([], [("m", "unsubscribed")])


def test_send_a_mail_that_the_service_refuses_settles_it_for_good() -> None:
    world = World(MailRefused("MessageRejected"))
    world.run()
    assert (len(world.sent), world.done) == (1, [("m", "refused")])


@pytest.mark.parametrize(
    ("failure", "sent_perhaps"), [(UpstreamFailed("down"), False), (MailUncertain("no answer"), True)]
)
def test_send_that_fails_gives_the_mail_back_and_says_whether_it_may_have_left(
    failure: Exception, sent_perhaps: bool
) -> None:
    world = World(failure)
    with pytest.raises(type(failure)):
        world.run()
    assert (len(world.sent), world.done) == (1, [("given back", sent_perhaps)])


def test_send_a_delayed_mail_waits_its_turn_and_sends_it_then() -> None:
    world = World(MailDelayed("Throttling"), None)
    world.run()
    assert (world.done, world.slept) == ([("given back", False), ("m", "sent")], [0.0, PAUSES_SECONDS[0]])


def test_send_a_mail_that_stays_delayed_postpones_it_and_is_no_failure() -> None:
    world = World(MailDelayed("Throttling"))
    world.run()
    assert world.done == [("given back", False)] * (1 + len(PAUSES_SECONDS))
    assert world.slept == [0.0, *PAUSES_SECONDS]


def test_send_a_mail_that_cannot_be_prepared_gives_it_back() -> None:
    world = World(ready=Busy("later"))
    with pytest.raises(Busy):
        world.run()
    assert (world.sent, world.done) == ([], [("given back", False)])


def test_send_with_tickets_attaches_them_as_they_are_now() -> None:
    asked: list[str] = []
    world = World(ready=READY._replace(tickets_of="O"))
    world.run(tickets=lambda order_id: asked.append(order_id) or PDF)
    assert (asked, [one.attachments for one in world.sent]) == (["O"], [(PDF,)])


@pytest.mark.parametrize(
    ("tickets_of", "tickets"), [(None, lambda order_id: PDF), ("O", None), ("O", lambda order_id: None)]
)
def test_send_without_valid_tickets_attaches_nothing(tickets_of: str | None, tickets: Any) -> None:
    world = World(ready=READY._replace(tickets_of=tickets_of))
    world.run(tickets=tickets)
    assert [one.attachments for one in world.sent] == [()]


def test_send_a_mail_whose_tickets_cannot_be_printed_gives_it_back() -> None:
    def print_tickets(order_id: str) -> Attachment | None:
        raise Busy("later")

    world = World(ready=READY._replace(tickets_of="O"))
    with pytest.raises(Busy):
        world.run(tickets=print_tickets)
    assert (world.sent, world.done) == ([], [("given back", False)])


def test_claim_a_held_mail_waits_until_it_is_let_go() -> None:
    world = World(claims=(HeldMail(NOW + 7, 1), MAIL))
    world.run()
    assert (world.slept, world.done) == ([0.0, 7.0], [("m", "sent")])


@pytest.mark.parametrize(("until", "slept"), [(NOW + 99, float(CLAIM_SECONDS)), (NOW - 1, 0.0)])
def test_claim_a_mail_that_stays_held_is_busy(until: float, slept: float) -> None:
    world = World(claims=(HeldMail(until, 1),))
    with pytest.raises(Busy):
        world.run()
    assert (world.slept, world.sent, world.done) == ([0.0, slept, slept], [], [])


def test_claim_a_mail_that_was_perhaps_sent_too_often_settles_it_as_unknown() -> None:
    world = World(claims=(HeldMail(NOW, MOST_SENDS),))
    world.run()
    assert (world.sent, world.done) == ([], [("m", "unknown")])


def test_claim_the_last_try_while_it_is_under_way_waits_for_it() -> None:
    world = World(claims=(HeldMail(NOW + 1, MOST_SENDS), None))
    world.run()
    assert (world.slept, world.sent, world.done) == ([0.0, 1.0], [], [])

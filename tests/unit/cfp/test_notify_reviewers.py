"""Who reviews hears of a proposal: where each wants it, and how many the transaction has room for."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.cfp.services.notify_reviewers import NotifyReviewers
from chalicelib.core.principal import Principal
from chalicelib.notifications.domain.notification import Burst, NotificationAction
from chalicelib.notifications.domain.preferences import Channels, MailChoice
from chalicelib.notifications.services.choose_channels import Addressee
from chalicelib.notifications.services.compose import Messages
from tests.unit.orders.builders import clock_at
from tests.unit.website.builders import event, ident, session, speaker

EVENT, TALK = ident(1), ident(2)
EVERYWHERE = Channels()
PLACE = f"/events/{EVENT}/review#{TALK}"


def told(
    *reviewers: str, room: int = 100, caller: str = "ada", channels: Channels = EVERYWHERE, language: str = "en"
) -> Messages:
    """What these reviewers hear of a talk of R&D, who all want the same."""

    def find(user_ids: Sequence[str], action: NotificationAction, *, contacts: object) -> list[Addressee]:
        assert action is NotificationAction.SUBMISSION_RECEIVED
        return [Addressee(one, channels, language) for one in user_ids]

    choosing: Any = SimpleNamespace(find_addressees=find)
    staff: Any = SimpleNamespace(list_reviewers=lambda event_id: list(reviewers))
    contacts: Any = None
    service = NotifyReviewers(lambda: staff, choosing, contacts, clock_at(7200.5), public_url="https://m.example")
    person = speaker(3, name="R&D")
    return service.compose_messages(event(), session(2), person, caller=Principal(caller, "f"), room=room)


def test_compose_for_a_reviewer_tells_who_proposed_what_and_leads_to_it() -> None:
    (notification,), (mail,) = told("grace")
    assert (notification.user_id, notification.title, notification.subject, notification.received_at) == (
        "grace",
        "Proposed: Talk 2",
        PLACE,
        7200,
    )
    assert notification.message == ("<p>R&amp;D proposes <strong>Talk 2</strong> for Alpine Python Days.</p>")
    assert notification.group == Burst(f"submission_received.{EVENT}.2", "Proposals for Alpine Python Days")
    assert (mail.key, mail.to, mail.user_id, mail.notification_id) == (
        f"submission_received {TALK} grace",
        "",
        "grace",
        notification.id,
    )
    assert f"https://m.example{PLACE}\n" in mail.text


def test_compose_for_who_proposed_it_tells_nothing() -> None:
    assert [one.user_id for one in told("ada", "grace").notifications] == ["grace"]
    assert told("ada") == Messages()


@pytest.mark.parametrize(
    ("channels", "sizes"),
    [
        (Channels(), (1, 1)),
        (Channels(mail=MailChoice.DIGEST, digest_at=9), (1, 0)),
        (Channels(in_app=False), (0, 1)),
        (Channels(in_app=False, mail=MailChoice.OFF), (0, 0)),
    ],
)
def test_compose_for_a_reviewer_goes_where_they_want_it(channels: Channels, sizes: tuple[int, int]) -> None:
    notifications, mails = told("grace", channels=channels)
    assert (len(notifications), len(mails)) == sizes


def test_compose_for_a_reviewer_is_in_their_language() -> None:
    assert told("grace", language="de").mails[0].language == "de"


@pytest.mark.parametrize(("room", "names"), [(10, ["r0", "r1"]), (9, ["r0"]), (4, [])])
def test_compose_for_many_reviewers_fills_the_room_from_the_first(room: int, names: list[str]) -> None:
    assert [one.user_id for one in told("r0", "r1", "r2", room=room).notifications] == names

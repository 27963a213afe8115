"""What invited people are told, and where: to the account that proved the address, or to the mailbox alone."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.accounts.domain.account import Account
from chalicelib.core.permissions import Role
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.domain.preferences import Channels
from chalicelib.notifications.services.compose import Messages
from chalicelib.team.domain.invitation_link import Named, token_of
from chalicelib.team.services.invitation_messages import InvitationMessages, InvitationNews
from tests.unit.accounts.builders import account
from tests.unit.orders.builders import clock_at
from tests.unit.team.builders import ADA, EVENT, INVITE, invite, to_speak

KEYS = (b"new key", b"old key")
PLACE = f"/invites/{token_of(Named(EVENT, INVITE), KEYS[0])}"
STAFF = InvitationNews(invite(), "R&D", None, "Grace")
TALK = InvitationNews(to_speak(), "R&D", "My <talk>", "Grace")
PROVEN = account(ADA, language="de")


def told(news: InvitationNews, to: Account | None = None) -> Messages:
    """What is told at second 7.5 to an account that wants it everywhere, or to a mailbox."""

    def choose(user_ids: Sequence[str], action: NotificationAction) -> dict[str, Channels]:
        assert action is news.action
        return {one: Channels() for one in user_ids}

    choosing: Any = SimpleNamespace(choose_channels=choose)
    service = InvitationMessages(choosing, lambda: KEYS, clock_at(7.5), public_url="https://m.example")
    return service.compose_messages(news, to)


@pytest.mark.parametrize(
    ("news", "action"), [(STAFF, NotificationAction.EVENT_ROLE_INVITE), (TALK, NotificationAction.SESSION_INVITE)]
)
def test_name_what_an_invitation_is_told_as(news: InvitationNews, action: NotificationAction) -> None:
    assert news.action is action


def test_compose_for_the_account_that_proved_the_address_in_its_language() -> None:
    (notification,), (mail,) = told(TALK, PROVEN)
    assert (notification.user_id, notification.subject, notification.received_at) == (ADA, PLACE, 7)
    assert "<strong>R&amp;D</strong>" in notification.message
    assert "My &lt;talk&gt;" in notification.message
    assert (mail.user_id, mail.to, mail.language, mail.notification_id) == (ADA, "", "de", notification.id)


@pytest.mark.parametrize("to", [None, account(ADA, verified=False, language="de")], ids=["none", "not proven"])
def test_compose_for_an_address_that_no_account_proved_is_a_mail_to_it(to: Account | None) -> None:
    notifications, (mail,) = told(STAFF, to)
    assert notifications == ()
    assert (mail.key, mail.user_id, mail.to, mail.subject, mail.language) == (
        f"invite {INVITE} 7500",
        None,
        "ada@example.org",
        "Invitation: R&D",
        "en",
    )
    assert mail.text.split("\n\n") == [
        "Hello,",
        "Grace invites you to the staff of R&D, as moderator.",
        "The invitation is good for 14 days.",
        f"See the invitation: https://m.example{PLACE}\n",
    ]


def test_compose_names_the_session_and_the_role() -> None:
    assert "Grace invites you to speak at R&D: My <talk>." in told(TALK).mails[0].text
    organiser = STAFF._replace(invite=invite(role=Role.ORGANIZER))
    assert "as organiser." in told(organiser).mails[0].text


@pytest.mark.parametrize("inviter", ["", "\n", "https://evil.example"])
def test_compose_mail_of_an_inviter_whose_name_is_none_or_a_link_is_from_somebody(inviter: str) -> None:
    assert "\n\nSomebody invites you" in told(STAFF._replace(inviter=inviter)).mails[0].text


def test_compose_mail_makes_no_link_of_what_somebody_typed() -> None:
    news = TALK._replace(event="https://evil.example", session="win at evil.example//now")
    mail = told(news).mails[0]
    assert "evil.example" not in mail.text + mail.html + mail.subject
    assert "evil. example" in mail.text

"""Composes the messages of an invitation. Called by team/services/invite_people.py, which writes them in the
transaction of the invitation.

The link goes only to the mailbox of the address, or to the account that has verified the address (ADR 17).
"""

from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from chalicelib.accounts.domain.account import Account
from chalicelib.core.ids import derive_ulid
from chalicelib.core.ports import Clock
from chalicelib.notifications.domain.notification import Mail, Notification, NotificationAction
from chalicelib.notifications.services.choose_channels import ChooseChannels
from chalicelib.notifications.services.compose import (
    NO_ACCOUNT,
    Messages,
    compose,
    letter,
    looks_like_link,
    one_line,
    unlinked,
)
from chalicelib.team.domain.invitation import StoredInvite
from chalicelib.team.domain.invitation_link import Named, token_of
from chalicelib.texts import DEFAULT, say


class InvitationNews(NamedTuple):
    """An invitation with the names its message needs. `session` is a title, or None for an invitation to the staff."""

    invite: StoredInvite
    event: str
    session: str | None
    inviter: str

    @property
    def action(self) -> NotificationAction:
        """The kind of notification that announces it."""
        by_role = self.session is None
        return NotificationAction.EVENT_ROLE_INVITE if by_role else NotificationAction.SESSION_INVITE


class InvitationMessages:
    def __init__(
        self, choose_channels: ChooseChannels, keys: Callable[[], Sequence[bytes]], clock: Clock, *, public_url: str
    ) -> None:
        self._choose_channels = choose_channels
        self._keys = keys
        self._clock = clock
        self._public_url = public_url

    def compose_messages(self, news: InvitationNews, account: Account | None) -> Messages:
        """Returns the messages: to an account that has verified the address by the channels it chose, otherwise by
        mail.
        """
        account = account if account and account.verified else None
        channels = NO_ACCOUNT
        if account is not None:
            channels = self._choose_channels.choose_channels([account.id], news.action)[account.id]
        now = int(self._clock.now() * 1000)
        return compose(channels, self._notification(news, account, now), self._mail(news, account, now))

    def _notification(self, news: InvitationNews, account: Account | None, now: int) -> Notification:
        """`now` is in Unix milliseconds."""
        language = _language(account)
        values = {name: escape(text) for name, text in _values(news, language).items()}
        values["event"] = f"<strong>{values['event']}</strong>"
        return Notification(
            id=derive_ulid(now, news.action.value, news.invite.id),
            user_id=account.id if account else "",
            action=news.action,
            title=_title(news, language),
            message=f"<p>{say(language, f'{_name(news)}.text', values)}</p>",
            subject=self._place(news.invite),
            received_at=now // 1000,
        )

    def _mail(self, news: InvitationNews, account: Account | None, now: int) -> Mail:
        """Names are changed so that mail programs make no links of them: anybody can send any name to any address."""
        language = _language(account)
        news = news._replace(event=unlinked(news.event), session=unlinked(news.session) if news.session else None)
        values = {name: one_line(text) for name, text in _values(news, language).items()}
        if looks_like_link(values["inviter"]):
            values["inviter"] = say(language, "invite.somebody")
        return letter(
            key=f"invite {news.invite.id} {now}",
            to="" if account else news.invite.email,
            subject=_title(news, language),
            name="",
            lines=[say(language, f"{_name(news)}.text", values), say(language, "invite.until")],
            link=(say(language, "invite.link"), f"{self._public_url}{self._place(news.invite)}"),
            language=language,
        )

    def _place(self, invite: StoredInvite) -> str:
        return f"/invites/{token_of(Named(invite.event_id, invite.id), self._keys()[0])}"


def _language(account: Account | None) -> str:
    return account.language if account else DEFAULT


def _name(news: InvitationNews) -> str:
    """Returns the prefix of the text keys (in texts/)."""
    return "invite" if news.session is None else "speak"


def _title(news: InvitationNews, language: str) -> str:
    return one_line(say(language, f"{_name(news)}.title", {"event": news.event}))


def _values(news: InvitationNews, language: str) -> dict[str, str]:
    role = news.invite.role
    return {
        "event": news.event,
        "session": news.session or "",
        "role": say(language, f"role.{role.value}") if role else "",
        "inviter": one_line(news.inviter) or say(language, "invite.somebody"),
    }

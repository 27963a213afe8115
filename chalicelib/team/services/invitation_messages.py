"""What invited people are told, and where. Called by team/services/invite_people.py, which writes it in the
transaction of the invitation.

The link goes to the mailbox of the address, or to the account that proved the address, and nowhere else (ADR 17).
"""

from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from chalicelib.accounts.domain.account import Account
from chalicelib.content.services.notify_speakers import Told, by_channels
from chalicelib.core.ids import derive_ulid
from chalicelib.core.ports import Clock
from chalicelib.notifications.domain.notification import Mail, Notification, NotificationAction
from chalicelib.notifications.domain.preferences import Channels
from chalicelib.notifications.services.choose_channels import ChooseChannels
from chalicelib.notifications.services.compose import letter, looks_like_link, one_line, unlinked
from chalicelib.team.domain.invitation import StoredInvite
from chalicelib.team.domain.invitation_link import Named, token_of
from chalicelib.texts import DEFAULT, say


class Bid(NamedTuple):
    """What somebody is invited to, and by whom; `session` is a title, or None when it is to hold a role."""

    invite: StoredInvite
    event: str
    session: str | None
    inviter: str

    @property
    def action(self) -> NotificationAction:
        """What it is told as."""
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

    def about(self, bid: Bid, account: Account | None) -> Told:
        """To an account as it wants it, if it proved the address; to any other address by mail."""
        account = account if account and account.verified else None
        channels = Channels(in_app=False)
        if account is not None:
            channels = self._choose_channels.channels([account.id], bid.action)[account.id]
        now = int(self._clock.now() * 1000)
        return by_channels(channels, self._notification(bid, account, channels, now), self._mail(bid, account, now))

    def _notification(self, bid: Bid, account: Account | None, channels: Channels, now: int) -> Notification:
        """`now` in Unix milliseconds."""
        language = _language(account)
        values = {name: escape(text) for name, text in _values(bid, language).items()}
        values["event"] = f"<strong>{values['event']}</strong>"
        return Notification(
            id=derive_ulid(now, bid.action.value, bid.invite.id),
            user_id=account.id if account else "",
            action=bid.action,
            title=_title(bid, language),
            message=f"<p>{say(language, f'{_name(bid)}.text', values)}</p>",
            subject=self._place(bid.invite),
            received_at=now // 1000,
            digest_at=channels.digest_at,
        )

    def _mail(self, bid: Bid, account: Account | None, now: int) -> Mail:
        """Mail programs make no link of the names in it: anybody can type one together with any address."""
        language = _language(account)
        bid = bid._replace(event=unlinked(bid.event), session=unlinked(bid.session) if bid.session else None)
        values = {name: one_line(text) for name, text in _values(bid, language).items()}
        if looks_like_link(values["inviter"]):
            values["inviter"] = say(language, "invite.somebody")
        return letter(
            key=f"invite {bid.invite.id} {now}",
            to="" if account else bid.invite.email,
            subject=_title(bid, language),
            name="",
            lines=[say(language, f"{_name(bid)}.text", values), say(language, "invite.until")],
            link=(say(language, "invite.link"), f"{self._public_url}{self._place(bid.invite)}"),
            language=language,
        )

    def _place(self, invite: StoredInvite) -> str:
        return f"/invites/{token_of(Named(invite.event_id, invite.id), self._keys()[0])}"


def _language(account: Account | None) -> str:
    return account.language if account else DEFAULT


def _name(bid: Bid) -> str:
    """Of its words (texts)."""
    return "invite" if bid.session is None else "speak"


def _title(bid: Bid, language: str) -> str:
    return one_line(say(language, f"{_name(bid)}.title", {"event": bid.event}))


def _values(bid: Bid, language: str) -> dict[str, str]:
    role = bid.invite.role
    return {
        "event": bid.event,
        "session": bid.session or "",
        "role": say(language, f"role.{role.value}") if role else "",
        "inviter": one_line(bid.inviter) or say(language, "invite.somebody"),
    }

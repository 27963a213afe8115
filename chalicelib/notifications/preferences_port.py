"""What services need of stored preferences, of what is known of mailboxes, and of what is due. Light."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.notifications.domain.address import Standing
    from chalicelib.notifications.domain.notification import Mail, Notification


class StoredPreferences(NamedTuple):
    """Somebody's preferences as stored. `settings` is notifications/domain/preferences.write; `revision` made
    `body`.
    """

    etag: str
    body: str
    revision: str
    settings: str | None
    address_state: str | None
    address_since: int | None


class PreferencesView(Protocol):
    """Reads preferences without PynamoDB."""

    def version(self, user_id: str) -> tuple[str, str] | None:
        """Tag and revision, strongly consistent; None for somebody who never chose."""

    def stored(self, user_id: str) -> StoredPreferences | None:
        """All of it, strongly consistent."""

    def settings(self, user_ids: Sequence[str]) -> list[str | None]:
        """What people chose, in their order; eventually consistent."""


class PreferencesStore(Protocol):
    """Writes preferences."""

    def replace(self, user_id: str, fresh: StoredPreferences, *, expected_tag: str | None) -> bool:
        """Write them if they still have the expected tag (None: there are none). Whether they had."""


class Mailboxes(Protocol):
    """Keeps what is known of addresses, each in its canonical form."""

    def standing(self, address: str) -> Standing:
        """What is known, strongly consistent."""

    def suppress(self, address: str, *, state: str, since: int) -> None:
        """Mails came back. What was known before stays as it was, but a complaint outweighs a bounce."""

    def clear(self, address: str) -> None:
        """Mails arrive again."""

    def refuse(self, address_hash: str, topic: str) -> None:
        """No mail about a topic any more."""


MAIL, DIGEST, ANNOUNCEMENT, CALL = "MAIL", "DIGEST", "ANNOUNCEMENT", "CALL"


class Due(NamedTuple):
    """Something to be looked at from a time on (Unix seconds): of kind MAIL the mail, of kind DIGEST the digest of the
    user, of kind ANNOUNCEMENT the announcement, of kind CALL the call for papers of the event, with this id.
    """

    at: int
    kind: str
    id: str


class DueIndex(Protocol):
    """Finds what is due by time."""

    def begin(self, now: int) -> int:
        """From when on there may be something (Unix seconds)."""

    def found(self, begin: int, now: int) -> list[Due]:
        """Everything due in the quarter of an hour that holds `begin`, up to now."""

    def advance(self, until: int) -> None:
        """Nothing is left before this time."""

    def drop(self, due: Due) -> None:
        """It needs no look any more."""


class Waiting(NamedTuple):
    """Something that is not done: when it was written, and before when it must not begin (Unix seconds)."""

    written_at: int
    not_before: int = 0


class Sleepers(Protocol):
    """Things of one kind that the stream carries out, and may have lost."""

    def waiting(self, id: str) -> Waiting | None:
        """The thing, unless it is done or forgotten."""

    def wake(self, due: Due, *, again_at: int) -> None:
        """Let the stream tell of it once more, and be looked at again then; in one transaction."""

    def expire(self, id: str) -> None:
        """It is not worth doing any more."""


class Collected(Protocol):
    """Notifications that wait for their digest."""

    def unread(self, user_id: str, *, digest_at: int) -> list[Notification]:
        """Those of a digest that were not read, oldest first."""

    def put(self, due: Due, mail: Mail) -> bool:
        """Queue the digest and drop what was due, in one transaction. False: it was queued before."""

"""Preferences, and what becomes of mails: digests, links to refuse them, addresses they came back from.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.bootstrap.core import Core

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.contacts import DynamoContacts
    from chalicelib.adapters.dynamo.due_store import DynamoDueIndex
    from chalicelib.adapters.dynamo.mailbox_store import DynamoMailboxes
    from chalicelib.adapters.dynamo.people_store import DynamoPeopleStore
    from chalicelib.adapters.dynamo.preference_store import DynamoPreferencesView
    from chalicelib.adapters.ses_mailer import SesMailer
    from chalicelib.services.addressing import Addressing
    from chalicelib.services.choosing import Choosing
    from chalicelib.services.digesting import Digesting
    from chalicelib.services.pace_mails import PaceMails
    from chalicelib.services.preferring import Preferring
    from chalicelib.services.suppressing import Suppressing
    from chalicelib.services.unsubscribing import Unsubscribing


class MailServices(Core):
    """Preferences and mails."""

    @cached_property
    def _preferences_view(self) -> DynamoPreferencesView:
        from chalicelib.adapters.dynamo.preference_store import DynamoPreferencesView

        return DynamoPreferencesView(self._reader)

    @cached_property
    def preferring(self) -> Preferring:
        """Where messages go."""
        from chalicelib.services.preferring import Preferring

        return Preferring(self._preferences_view, self.clock)

    @cached_property
    def choosing(self) -> Choosing:
        """Writes of preferences."""
        from chalicelib.adapters.dynamo.preference_store import DynamoPreferences
        from chalicelib.services.choosing import Choosing

        return Choosing(self._preferences_view, DynamoPreferences())

    @cached_property
    def _mailboxes(self) -> DynamoMailboxes:
        from chalicelib.adapters.dynamo.mailbox_store import DynamoMailboxes

        return DynamoMailboxes()

    @cached_property
    def _contacts(self) -> DynamoContacts:
        from chalicelib.adapters.dynamo.contacts import DynamoContacts

        return DynamoContacts(self._reader)

    @cached_property
    def _people(self) -> DynamoPeopleStore:
        from chalicelib.adapters.dynamo.people_store import DynamoPeopleStore

        return DynamoPeopleStore()

    @cached_property
    def suppressing(self) -> Suppressing:
        """Addresses that mails came back from."""
        from chalicelib.adapters.dynamo.undelivered_store import DynamoUndelivered
        from chalicelib.services.signing_in import revive_account
        from chalicelib.services.suppressing import Suppressing

        return Suppressing(
            mailboxes=self._mailboxes,
            accounts=self._people,
            choices=self.choosing,
            revive=revive_account,
            clock=self.clock,
            ids=self.ids,
            mails=DynamoUndelivered(),
            public_url=self.config.public_url,
        )

    @cached_property
    def unsubscribing(self) -> Unsubscribing:
        """Links that switch mails off."""
        from chalicelib.adapters.dynamo.notification_writes import DynamoMails
        from chalicelib.services.unsubscribing import Unsubscribing

        def keys() -> list[bytes]:
            return [secret.encode() for secret in self._token_keys.values()]

        return Unsubscribing(DynamoMails(), lambda: self.choosing, lambda: self._mailboxes, keys)

    @cached_property
    def addressing(self) -> Addressing:
        """Mails as they leave."""
        from chalicelib.services.addressing import Addressing
        from chalicelib.services.signing_in import revive_account

        return Addressing(
            accounts=self._people,
            revive=revive_account,
            mailboxes=self._mailboxes,
            choices=self.preferring,
            token=self.unsubscribing.token,
            public_url=self.config.public_url,
        )

    @cached_property
    def _mailer(self) -> SesMailer | None:
        """None where no mail is sent."""
        if not self.config.mail_from:
            return None
        from chalicelib.adapters.ses_mailer import SesMailer

        return SesMailer(region=self.config.region, sender=self.config.mail_from)

    @cached_property
    def _mail_pace(self) -> PaceMails:
        from chalicelib.services.pace_mails import UNKNOWN, PaceMails

        return PaceMails(self._lines, self._mailer.limits if self._mailer else lambda: UNKNOWN, self.clock)

    @cached_property
    def _due_index(self) -> DynamoDueIndex:
        from chalicelib.adapters.dynamo.due_store import DynamoDueIndex

        return DynamoDueIndex()

    @cached_property
    def digesting(self) -> Digesting:
        """One mail for many notifications."""
        from chalicelib.adapters.dynamo.due_store import DynamoCollected
        from chalicelib.services.digesting import Digesting

        url = self.config.public_url
        return Digesting(DynamoCollected(), self._due_index, self.preferring, self._contacts, public_url=url)

"""Wires sending mails, digests, unsubscribing and bounces: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.mail.adapters.due import DynamoDueIndex
    from chalicelib.mail.adapters.mailboxes import DynamoMailboxes
    from chalicelib.mail.adapters.mails import DynamoMails
    from chalicelib.mail.adapters.ses import SesMailer
    from chalicelib.mail.adapters.undelivered import DynamoUndelivered
    from chalicelib.mail.ports import Sleepers
    from chalicelib.mail.services.digest import Digest
    from chalicelib.mail.services.pace_mails import PaceMails
    from chalicelib.mail.services.prepare_mail import PrepareMail
    from chalicelib.mail.services.send_mail import SendMail
    from chalicelib.mail.services.suppress_bounces import SuppressBounces
    from chalicelib.mail.services.sweep_due import SweepDue
    from chalicelib.mail.services.unsubscribe import Unsubscribe


class MailWiring:
    """The adapters and services of sending mails, digests, unsubscribing and bounces."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def store(self) -> DynamoMails:
        from chalicelib.mail.adapters.mails import DynamoMails

        return DynamoMails()

    @cached_property
    def undelivered(self) -> DynamoUndelivered:
        from chalicelib.mail.adapters.undelivered import DynamoUndelivered

        return DynamoUndelivered()

    @cached_property
    def mailboxes(self) -> DynamoMailboxes:
        from chalicelib.mail.adapters.mailboxes import DynamoMailboxes

        return DynamoMailboxes()

    @cached_property
    def suppress_bounces(self) -> SuppressBounces:
        """Stops mails to addresses that bounced or complained."""
        from chalicelib.mail.services.suppress_bounces import SuppressBounces

        return SuppressBounces(
            mailboxes=self.mailboxes,
            accounts=self._services.accounts.store,
            mailed_tokens=self._services.accounts.mailed_tokens,
            attempts=self._services.accounts.attempts,
            edit_preferences=self._services.notifications.edit_preferences,
            clock=self._services.clock,
            ids=self._services.ids,
            mails=self.undelivered,
            public_url=self._services.config.public_url,
        )

    @cached_property
    def unsubscribe(self) -> Unsubscribe:
        """Switches mails off by the links in them."""
        from chalicelib.mail.services.unsubscribe import Unsubscribe

        return Unsubscribe(
            self.store,
            lambda: self._services.notifications.edit_preferences,
            lambda: self.mailboxes,
            self._services.keys.link_keys,
        )

    @cached_property
    def prepare_mail(self) -> PrepareMail:
        """Completes mails just before they are sent."""
        from chalicelib.mail.services.prepare_mail import PrepareMail

        return PrepareMail(
            accounts=self._services.accounts.store,
            mailboxes=self.mailboxes,
            choose_channels=self._services.notifications.choose_channels,
            token=self.unsubscribe.make_token,
            public_url=self._services.config.public_url,
        )

    @cached_property
    def mailer(self) -> SesMailer | None:
        """None when the deployment sends no mail."""
        if not self._services.config.mail_from:
            return None
        from chalicelib.mail.adapters.ses import SesMailer

        return SesMailer(region=self._services.config.region, sender=self._services.config.mail_from)

    @cached_property
    def pace_mails(self) -> PaceMails:
        from chalicelib.mail.services.pace_mails import UNKNOWN, PaceMails

        limits = self.mailer.limits if self.mailer else lambda: UNKNOWN
        return PaceMails(self._services.aws.lines, limits, self._services.clock, sleep=self._services.sleep)

    @cached_property
    def due_index(self) -> DynamoDueIndex:
        from chalicelib.mail.adapters.due import DynamoDueIndex

        return DynamoDueIndex()

    @cached_property
    def digest(self) -> Digest:
        """Combines many notifications in one mail."""
        from chalicelib.mail.adapters.due import DynamoCollected
        from chalicelib.mail.services.digest import Digest

        url = self._services.config.public_url
        return Digest(
            DynamoCollected(),
            self.due_index,
            self._services.notifications.choose_channels,
            self._services.accounts.contacts,
            public_url=url,
        )

    @cached_property
    def send_mail(self) -> SendMail:
        from chalicelib.mail.services.send_mail import SendMail

        pace, tickets = self.pace_mails, self._services.tickets.issue_tickets.make_attachment
        return SendMail(
            self.store,
            self.mailer,
            self._services.clock,
            self.prepare_mail,
            pace=pace,
            sleep=self._services.sleep,
            tickets=tickets,
        )

    @cached_property
    def sweep_due(self) -> SweepDue:
        """Without a sender address it handles calls for papers and announcements only."""
        from chalicelib.announcements.adapters.waiting import DynamoWaitingAnnouncements
        from chalicelib.mail.adapters.due import DynamoWaitingMails
        from chalicelib.mail.services.sweep_due import SweepDue
        from chalicelib.notifications.ports import ANNOUNCEMENT, CALL, DIGEST, MAIL

        dealers = {CALL: self._services.cfp.announce_call.open_call}
        sleepers: dict[str, Sleepers] = {ANNOUNCEMENT: DynamoWaitingAnnouncements()}
        if self._services.config.mail_from:
            dealers[DIGEST] = self.digest.queue_digest
            sleepers[MAIL] = DynamoWaitingMails()
        return SweepDue(self.due_index, dealers, sleepers, self._services.clock)

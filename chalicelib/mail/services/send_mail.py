"""Sends queued mails. Called by reactions.py when the stream reports a new or woken mail.

Mails leave at the rate that the mail service allows. A mail that is not accepted for now is no failure: it is tried up
to twice more, then stays queued until mail/services/sweep_due.py wakes it.

A mail is claimed before it is sent and settled afterwards. SES has no idempotency key, so after a crash between the
two, or without an answer, it is unknown whether SES accepted the mail. Such a mail is sent a second time, never a
third. mail/services/sweep_due.py wakes mails that wait (quiet hours) or that were lost on their way.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Protocol

from chalicelib import telemetry
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.errors import Busy, UpstreamFailed
from chalicelib.core.ports import Clock
from chalicelib.mail.ports import Attachment, Claimed, HeldMail, MailDelayed, Mailer, MailRefused, Mails, MailUncertain
from chalicelib.mail.services.prepare_mail import Withheld

CLAIM_SECONDS = 25
"""Longer than one send takes (mail/adapters/ses.py), including the PDF of a hundred tickets."""
MOST_SENDS = 2
PAUSES_SECONDS = (1.0, 3.0)
"""Pauses between tries of a mail that the service did not accept yet."""


class Addressing(Protocol):
    """Finishes mails before they are sent."""

    def prepare_mail(self, mail_id: str, mail: Claimed) -> Claimed | Withheld:
        """Returns the finished mail, or the reason not to send it."""


class SendMail:
    """Sends mails. Without a mailer (MAIL_FROM is not set), mails stay queued."""

    def __init__(
        self,
        mails: Mails,
        mailer: Mailer | None,
        clock: Clock,
        prepare_mail: Addressing,
        *,
        pace: Callable[[], bool],
        sleep: Callable[[float], None] = time.sleep,
        tickets: Callable[[str], Attachment | None] | None = None,
    ) -> None:
        self._mails = mails
        self._mailer = mailer
        self._clock = clock
        self._prepare_mail = prepare_mail
        self._pace = pace
        self._sleep = sleep
        self._tickets = tickets

    def on_changes(self, changes: list[Change]) -> None:
        """Sends the mails that are new or woken, unless it is too early. Raises Busy, UpstreamFailed and MailUncertain;
        the caller should try again later.
        """
        now = self._clock.now()
        for item in (change.after for change in changes if _is_new_or_woken(change)):
            if item is not None and (item.get("not_before") or 0) <= now:
                self._send(str(item["id"]))

    def _send(self, mail_id: str) -> None:
        if self._mailer is None:
            telemetry.log("mail_off", mail_id=mail_id)
            return
        for pause in (0.0, *PAUSES_SECONDS):
            self._sleep(pause)
            if not self._mails.is_queued(mail_id):  # checked first, to take no place in the line for nothing
                return
            if not self._pace():
                break
            try:
                self._hand_over(mail_id, self._mailer)
            except MailDelayed as delayed:
                telemetry.log("mail_delayed", mail_id=mail_id, code=str(delayed))
            else:
                return
        telemetry.log("mail_postponed", mail_id=mail_id)

    def _hand_over(self, mail_id: str, mailer: Mailer) -> None:
        """Claims, sends and settles the mail. Raises MailDelayed, UpstreamFailed, MailUncertain and Busy."""
        claimed = self._claim(mail_id)
        if claimed is None:
            return
        ready = self._ready(mail_id, claimed)
        if isinstance(ready, Withheld):
            self._settle(mail_id, ready.state)
            return
        try:
            mailer.send(ready)
        except MailRefused as refusal:
            self._settle(mail_id, "refused", reason=str(refusal))
        except (MailDelayed, UpstreamFailed):
            self._mails.give_back(mail_id, sent_perhaps=False)
            raise
        except MailUncertain:
            self._mails.give_back(mail_id, sent_perhaps=True)
            raise
        else:
            self._settle(mail_id, "sent")

    def _ready(self, mail_id: str, claimed: Claimed) -> Claimed | Withheld:
        """Returns the finished mail, or the reason not to send it. Releases the claim when that fails."""
        with ExitStack() as otherwise:
            otherwise.callback(self._mails.give_back, mail_id, sent_perhaps=False)
            ready = self._prepare_mail.prepare_mail(mail_id, claimed)
            if not isinstance(ready, Withheld):
                ready = self._with_tickets(ready)
            otherwise.pop_all()
        return ready

    def _with_tickets(self, mail: Claimed) -> Claimed:
        """Returns the mail with the order's current tickets attached; without them when they are not valid any more."""
        if mail.tickets_of is None or self._tickets is None:
            return mail
        attachment = self._tickets(mail.tickets_of)
        return mail if attachment is None else mail._replace(attachments=(attachment,))

    def _claim(self, mail_id: str) -> Claimed | None:
        """Returns the claimed mail, or None when it is settled. Waits for another process to release its claim or to
        let it expire. Raises Busy.
        """
        for _ in range(2):
            now = self._clock.now()
            found = self._mails.claim(mail_id, now=now, until=now + CLAIM_SECONDS, most_sends=MOST_SENDS)
            if not isinstance(found, HeldMail):
                return found
            if found.until <= now and found.sends >= MOST_SENDS:
                self._settle(mail_id, "unknown")
                return None
            self._sleep(min(CLAIM_SECONDS, max(0.0, found.until - now)))
        raise Busy("Somebody else is sending this mail.")

    def _settle(self, mail_id: str, state: str, **fields: str) -> None:
        self._mails.finish(mail_id, state)
        telemetry.log(f"mail_{state}", mail_id=mail_id, **fields)


def _is_new_or_woken(change: Change) -> bool:
    if change.kind is ChangeKind.CREATED:
        return True
    before, after = change.before or {}, change.after or {}
    return bool(before) and after.get("state") == "queued" and before.get("woken") != after.get("woken")

"""Claims, releases and settles queued mails. Implements the port `Mails`. Every step is a conditional write to the
mail's item.
"""

from pynamodb.expressions.update import Action

from chalicelib.aws.dynamo_transactions import try_update
from chalicelib.mail.ports import Claimed, HeldMail, MailRecipient
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.adapters.items import DeliveryItem, MailItem
from chalicelib.notifications.adapters.writes import due_item
from chalicelib.notifications.ports import MAIL


class DynamoMails:
    def claim(self, mail_id: str, *, now: float, until: float, most_sends: int) -> Claimed | HeldMail | None:
        """Claims a queued mail for sending until `until` (Unix seconds)."""
        free = MailItem.claimed_until.does_not_exist() | (MailItem.claimed_until <= now)
        item = MailItem(*notification_keys.mail(mail_id))
        is_ours = (MailItem.state == "queued") & free & (MailItem.sends < most_sends)
        if not try_update(item, [MailItem.claimed_until.set(until), MailItem.sends.add(1)], is_ours):
            return self._holder(mail_id, now)
        return Claimed(
            item.to or "",
            item.subject or "",
            item.text or "",
            item.html or "",
            item.tickets_of,
            user_id=item.user_id,
            action=item.action,
            notification_id=item.notification_id,
            proves=bool(item.proves),
            language=item.language or "en",
        )

    def is_queued(self, mail_id: str) -> bool:
        """One GetItem, strongly consistent."""
        try:
            return bool(MailItem.get(*notification_keys.mail(mail_id), consistent_read=True).state == "queued")
        except MailItem.DoesNotExist:
            return False

    def give_back(self, mail_id: str, *, sent_perhaps: bool) -> None:
        """Releases the claim for the next try. A try that was certainly not sent is not counted."""
        actions: list[Action] = [MailItem.claimed_until.remove()]
        if not sent_perhaps:
            actions.append(MailItem.sends.add(-1))
        MailItem(*notification_keys.mail(mail_id)).update(actions=actions, condition=MailItem.state == "queued")

    def finish(self, mail_id: str, state: str) -> None:
        """Settles a mail, and deletes its text and its due entry."""
        gone = [attribute.remove() for attribute in (MailItem.to, MailItem.subject, MailItem.text, MailItem.html)]
        actions: list[Action] = [MailItem.state.set(state), MailItem.claimed_until.remove(), *gone]
        item = MailItem(*notification_keys.mail(mail_id))
        item.update(actions=actions, condition=MailItem.pk.exists())
        if item.due is not None:
            due_item(int(item.due), MAIL, mail_id).delete()
        if item.user_id and item.notification_id:
            delivery = DeliveryItem(*notification_keys.delivery(item.user_id, item.notification_id))
            delivery.update([DeliveryItem.mailed.set(state)])

    def load_recipient(self, mail_id: str) -> MailRecipient | None:
        """Returns the recipient of a mail that can be unsubscribed from, otherwise None."""
        try:
            item = MailItem.get(*notification_keys.mail(mail_id), consistent_read=True)
        except MailItem.DoesNotExist:
            return None
        return MailRecipient(item.user_id, item.address, item.action) if item.action else None

    @staticmethod
    def _holder(mail_id: str, now: float) -> HeldMail | None:
        try:
            item = MailItem.get(*notification_keys.mail(mail_id), consistent_read=True)
        except MailItem.DoesNotExist:
            return None
        if item.state != "queued":
            return None
        return HeldMail(float(item.claimed_until or now), int(item.sends))

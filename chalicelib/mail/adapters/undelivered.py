"""Mails with tickets that did not arrive: one came back, and staff were told of it, once. Port `Undelivered`."""

from collections.abc import Sequence

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import Transaction, try_update
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.adapters.items import MailItem
from chalicelib.notifications.adapters.writes import add_mail, add_notifications
from chalicelib.notifications.domain.notification import Mail, Notification


class DynamoUndelivered:
    """Port `Undelivered`."""

    def mark_returned(self, key: str) -> None:
        """The mail with this key came back, if there is one."""
        try_update(_mail(key), [MailItem.state.set("returned")], MailItem.pk.exists())

    def notify_once(self, key: str, notifications: Sequence[Notification], mails: Sequence[Mail]) -> bool:
        """Write what staff are told of this mail unless that was done. Whether it was written now."""
        transaction = Transaction()
        first = MailItem.pk.exists() & MailItem.staff_told.does_not_exist()
        transaction.update("told", _mail(key), [MailItem.staff_told.set(True)], first)
        add_notifications(transaction, notifications)
        for mail in mails:
            add_mail(transaction, mail)
        return transaction.try_commit()


def _mail(key: str) -> MailItem:
    return MailItem(*notification_keys.mail(keys.digest(key)))

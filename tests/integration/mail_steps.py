"""Steps of the tests about preferences and mails."""

import itertools
import json
import time
from typing import Any

from chalicelib import bootstrap
from chalicelib.accounts.adapters import keys as account_keys
from chalicelib.accounts.domain.account import Account
from chalicelib.aws import dynamo_keys as keys
from chalicelib.core.times import moment
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.domain.notification import Mail, Notification
from tests.integration.conftest import Person, notification

_numbers = itertools.count()
PLACE = "/v1/me/notification-preferences"
NEWS = Mail("news 1", "guest@example.org", "News", "News", "<p>News</p>", action="announcement")


def queue(mail: Mail) -> str:
    """Queues a mail, as the transaction that causes it does. Returns its id."""
    from chalicelib.aws.dynamo_transactions import Transaction
    from chalicelib.notifications.adapters.writes import add_mail

    transaction = Transaction()
    add_mail(transaction, mail)
    transaction.commit()
    return keys.digest(mail.key)


def stored(mail_id: str) -> Any:
    """Returns the mail's item."""
    from chalicelib.notifications.adapters.items import MailItem

    return MailItem.get(*notification_keys.mail(mail_id), consistent_read=True)


def to_user(user_id: str, key: str = "news 2", **fields: Any) -> Mail:
    """Returns a mail to an account."""
    return NEWS._replace(key=key, to="", user_id=user_id, **fields)


def open_account(person: Person, email: str = "ada@example.org", *, verified: bool = True) -> None:
    """Creates the account of a signed-in user."""
    from chalicelib.accounts.adapters.items import AccountItem, EmailItem
    from chalicelib.accounts.domain.stored_account import new_account

    now = moment(time.time())
    account = Account(id=person.id, email=email, name="Ada", verified=verified, created_at=now, updated_at=now)
    AccountItem(*account_keys.account(person.id), rev=1, **new_account(account, "hash")._asdict()).save()
    EmailItem(*account_keys.email(email), user_id=person.id).save()


def choose(person: Person, patch: dict[str, Any]) -> None:
    """Changes the user's preferences through the API."""
    reply = person.client.patch(PLACE, patch, if_match="*")
    assert reply.status == 200, reply


def collect(user_id: str, *, digest_at: int, name: str = "Conf") -> Notification:
    """Queues a notification for a digest, received ten minutes before it."""
    from chalicelib.aws.dynamo_transactions import Transaction
    from chalicelib.core.ids import derive_ulid
    from chalicelib.notifications.adapters.writes import add_notifications

    made = notification(user_id, received_at=digest_at - 600, name=name)
    milliseconds = (digest_at - 600) * 1000 + next(_numbers)  # later than all earlier ones
    made = made._replace(id=derive_ulid(milliseconds, made.id), digest_at=digest_at)
    transaction = Transaction()
    add_notifications(transaction, [made])
    transaction.commit()
    return made


def due_items() -> list[str]:
    """Returns the sort keys of all items in the due index."""
    from chalicelib.notifications.adapters.items import DueItem

    return sorted(item.sk for item in DueItem.scan(DueItem.sk.startswith("DUE#")))


def mails() -> list[Any]:
    """Returns the items of all mails."""
    from chalicelib.notifications.adapters.items import MailItem

    return list(MailItem.scan(MailItem.sk == "MAIL"))


def standing(services: bootstrap.Services, address: str) -> Any:
    """Returns what is stored about an address."""
    return services.mail.mailboxes.load_standing(address)


def returned(kind: str, *addresses: str) -> str:
    """Returns a message of SES about returned mails."""
    recipients = [{"emailAddress": one} for one in addresses]
    about: dict[str, Any] = {"bounceType": kind, "bouncedRecipients": recipients}
    if kind == "Complaint":
        return json.dumps({"eventType": kind, "complaint": {"complainedRecipients": recipients}})
    return json.dumps({"eventType": "Bounce", "bounce": about})

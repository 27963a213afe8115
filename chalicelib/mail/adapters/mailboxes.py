"""Stores what is known about mail addresses under the hash of the address; the address itself is never stored here.
Implements the port `Mailboxes`.
"""

from chalicelib.aws.dynamo_transactions import try_update
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.adapters.items import MailboxItem
from chalicelib.notifications.domain.address import AddressStanding, canonical


class DynamoMailboxes:
    def load_standing(self, address: str) -> AddressStanding:
        """One GetItem, strongly consistent."""
        try:
            item = MailboxItem.get(*notification_keys.mailbox(canonical(address)), consistent_read=True)
        except MailboxItem.DoesNotExist:
            return AddressStanding()
        since = None if item.since is None else int(item.since)
        return AddressStanding(item.state, since, frozenset(item.refused or ()))

    def suppress(self, address: str, *, state: str, since: int) -> None:
        """One UpdateItem. An existing entry stays as it is, except that a complaint replaces a bounce."""
        unknown = MailboxItem.state.does_not_exist()
        weaker = unknown | (MailboxItem.state == "bounced") if state == "complained" else unknown
        item = MailboxItem(*notification_keys.mailbox(canonical(address)))
        try_update(item, [MailboxItem.state.set(state), MailboxItem.since.set(since)], weaker)

    def restore(self, address: str) -> None:
        """One UpdateItem."""
        MailboxItem(*notification_keys.mailbox(canonical(address))).update(
            [MailboxItem.state.remove(), MailboxItem.since.remove()]
        )

    def refuse(self, address_hash: str, topic: str) -> None:
        """One UpdateItem."""
        MailboxItem(*notification_keys.mailbox_of(address_hash)).update([MailboxItem.refused.add({topic})])

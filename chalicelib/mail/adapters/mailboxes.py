"""What is known of addresses, found by their hash: an address itself is never stored here. Port `Mailboxes`."""

from chalicelib.aws.dynamo_transactions import try_update
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.adapters.items import MailboxItem
from chalicelib.notifications.domain.address import AddressStanding, canonical


class DynamoMailboxes:
    """Port `Mailboxes`."""

    def load_standing(self, address: str) -> AddressStanding:
        """What is known, strongly consistent."""
        try:
            item = MailboxItem.get(*notification_keys.mailbox(canonical(address)), consistent_read=True)
        except MailboxItem.DoesNotExist:
            return AddressStanding()
        since = None if item.since is None else int(item.since)
        return AddressStanding(item.state, since, frozenset(item.refused or ()))

    def suppress(self, address: str, *, state: str, since: int) -> None:
        """Mails came back. What was known before stays as it was, but a complaint outweighs a bounce."""
        unknown = MailboxItem.state.does_not_exist()
        weaker = unknown | (MailboxItem.state == "bounced") if state == "complained" else unknown
        item = MailboxItem(*notification_keys.mailbox(canonical(address)))
        try_update(item, [MailboxItem.state.set(state), MailboxItem.since.set(since)], weaker)

    def restore(self, address: str) -> None:
        """Mails arrive again."""
        MailboxItem(*notification_keys.mailbox(canonical(address))).update(
            [MailboxItem.state.remove(), MailboxItem.since.remove()]
        )

    def refuse(self, address_hash: str, topic: str) -> None:
        """No mail about a topic any more."""
        MailboxItem(*notification_keys.mailbox_of(address_hash)).update([MailboxItem.refused.add({topic})])

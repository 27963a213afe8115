"""One mail for what came since the last one and was not read. Called by mail/services/sweep_due.py when it
is due.

A notification says which digest it belongs to (`digest_at`), so neither a late timer nor another choice of hours moves
it from one to the next. The digest is queued in the transaction that takes it off the list of what is due: killed
anywhere and run again, there is one.
"""

from chalicelib import telemetry
from chalicelib.mail.ports import Collected, Due, DueIndex
from chalicelib.notifications.domain import mail_layout as layout
from chalicelib.notifications.domain.notification import Mail, Notification
from chalicelib.notifications.domain.preferences import DIGEST, MailChoice, Preferences
from chalicelib.notifications.ports import Contacts
from chalicelib.notifications.services.choose_channels import ChooseChannels
from chalicelib.texts import DEFAULT, say

MOST_LISTED = 40


class Digest:
    def __init__(
        self,
        collected: Collected,
        index: DueIndex,
        choose_channels: ChooseChannels,
        contacts: Contacts,
        *,
        public_url: str,
    ) -> None:
        self._collected = collected
        self._index = index
        self._choose_channels = choose_channels
        self._contacts = contacts
        self._public_url = public_url

    def queue_digest(self, due: Due) -> bool:
        """Queue the digest that is due, unless there is nothing in it. Whether there is one."""
        unread = self._collected.list_unread(due.id, digest_at=due.at)
        preferences = self._choose_channels.load_preferences(due.id) if unread else Preferences({})
        wanted = [one for one in unread if preferences.setting(one.action).mail is not MailChoice.OFF]
        if not wanted:
            self._index.drop(due)
            return False
        contact = self._contacts.load_contacts([due.id]).get(due.id)
        language = contact.language if contact else DEFAULT
        made = self._collected.put(due, digest_mail(due, wanted, public_url=self._public_url, language=language))
        telemetry.log("digest_queued" if made else "digest_there_already", user_id=due.id, notifications=len(wanted))
        return made


def digest_mail(due: Due, notifications: list[Notification], *, public_url: str, language: str = DEFAULT) -> Mail:
    """The digest of these notifications, which its user has not read. Titles are plain text on one line."""
    number = len(notifications)
    subject = notifications[0].title if number == 1 else say(language, "digest.subject", count=number)
    hello, lead = say(language, "mail.hello"), say(language, "digest.lead", count=number)
    shown = [(one.title, f"{public_url}{one.subject}") for one in notifications[:MOST_LISTED]]
    rest = [say(language, "digest.rest", count=number - MOST_LISTED)] if number > MOST_LISTED else []
    inbox = (say(language, "digest.link"), f"{public_url}/notifications")
    listed = "\n".join(f"* {title}\n  {url}" for title, url in shown)
    return Mail(
        key=f"digest {due.id} {due.at}",
        to="",
        subject=subject,
        text="\n\n".join([hello, lead, listed, *rest, f"{inbox[0]}: {inbox[1]}"]) + "\n",
        html=layout.paragraphs([hello, lead]) + layout.links(shown) + layout.paragraphs(rest) + layout.button(*inbox),
        user_id=due.id,
        action=DIGEST,
        language=language,
    )

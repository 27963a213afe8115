"""Addresses that mails came back from get no more of them, until their owner proves them again. Called by
triggers/mail_events.py with what Amazon SES tells, by routes/preferences.py and by
accounts/services/verify_address.py.

Each step may be repeated: SNS delivers at least once.
"""

from chalicelib import telemetry
from chalicelib.accounts.domain.stored_account import revive_account
from chalicelib.accounts.ports import Accounts, Attempts, MailedTokens
from chalicelib.accounts.services import account_mails
from chalicelib.core.email_address import normalised
from chalicelib.core.errors import Conflict, TooManyAttempts
from chalicelib.core.ports import Clock, Ids
from chalicelib.mail.domain import ses_event
from chalicelib.mail.ports import Mailboxes, Undelivered, paid_mail_key
from chalicelib.notifications.domain.address import readable
from chalicelib.notifications.domain.preferences import Address
from chalicelib.notifications.services.edit_preferences import EditPreferences

PROVE_SECONDS = 3 * 24 * 3600
WINDOW_SECONDS = 24 * 3600
PROOFS_A_DAY = 3
"""Mails to an address that mails came back from; more of them would cost our standing with its mail server."""


class SuppressBounces:
    """Keeps the list of addresses that are not mailed."""

    def __init__(
        self,
        *,
        mailboxes: Mailboxes,
        accounts: Accounts,
        mailed_tokens: MailedTokens,
        attempts: Attempts,
        edit_preferences: EditPreferences,
        clock: Clock,
        ids: Ids,
        mails: Undelivered,
        public_url: str,
    ) -> None:
        self._mails = mails
        self._mailboxes = mailboxes
        self._accounts = accounts
        self._mailed_tokens = mailed_tokens
        self._attempts = attempts
        self._edit_preferences = edit_preferences
        self._clock = clock
        self._ids = ids
        self._public_url = public_url

    def suppress_bounces(self, message: str) -> None:
        """What SES tells of a mail. One that cannot be read is passed over: another try would not mend it."""
        try:
            returned = ses_event.returned(message)
        except ses_event.Unreadable as problem:
            telemetry.log("mail_event_unreadable", error=str(problem))
            return
        for address, reason, order_id in returned:
            self._suppress(address, reason)
            if order_id is not None and reason == "bounced":
                self._mails.mark_returned(paid_mail_key(order_id))

    def ask_for_proof(self, user_id: str) -> None:
        """Mail a link by which the account's owner proves the address again. Raises Conflict when mails arrive,
        TooManyAttempts.
        """
        stored = self._accounts.find_account(user_id)
        standing = self._mailboxes.load_standing(revive_account(stored).email) if stored else None
        if stored is None or standing is None or standing.state is None:
            self._edit_preferences.mark_address(user_id, Address())  # an entry that was cleared by hand left its mark
            raise Conflict("Mails to your address arrive, as far as we know.", code="address_works")
        now = int(self._clock.now())
        if self._attempts.count_attempt(f"prove {user_id}", now=now, window=WINDOW_SECONDS) > PROOFS_A_DAY:
            raise TooManyAttempts(retry_after=WINDOW_SECONDS)
        account, secret = revive_account(stored), self._ids.new_secret()
        mail = account_mails.compose_verify_mail(
            to=account.email,
            name=account.name,
            url=f"{self._public_url}/verify#{secret}",
            key=f"prove {self._ids.new_id()}",
            language=account.language,
        )
        self._mailed_tokens.add_verify_token(
            secret, user_id, until=now + PROVE_SECONDS, mail=mail._replace(proves=True)
        )

    def restore_address(self, user_id: str, email: str) -> None:
        """The account's owner followed a link that was mailed to the address: it works."""
        if self._mailboxes.load_standing(email).state is None:
            return
        self._edit_preferences.mark_address(user_id, Address())
        self._mailboxes.restore(email)
        telemetry.log("address_works_again", user_id=user_id)

    def _suppress(self, address: str, reason: str) -> None:
        since = int(self._clock.now())
        self._mailboxes.suppress(address, state=reason, since=since)
        standing = self._mailboxes.load_standing(address)
        stored = self._accounts.find_account_by_email(normalised(readable(address)))
        if stored is not None and standing.state is not None:
            self._edit_preferences.mark_address(stored.id, Address(standing.state, standing.since))
        telemetry.log("address_suppressed", reason=reason, known=stored is not None)

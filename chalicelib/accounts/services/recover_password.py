"""Sets a new password by a mailed link. Called by routes/accounts.py.

The answer to a request for a link does not show whether the address has an account.
"""

from chalicelib.accounts.domain.account import PasswordReset
from chalicelib.accounts.domain.stored_account import revive_account
from chalicelib.accounts.ports import Accounts, MailedTokens, Passwords, SignIns
from chalicelib.accounts.services import account_mails
from chalicelib.accounts.services.follow_link import follow_link, link_not_valid
from chalicelib.accounts.services.limit_attempts import ATTEMPTS_PER_ACCOUNT, ATTEMPTS_PER_SOURCE, LimitAttempts
from chalicelib.core.email_address import normalised
from chalicelib.core.ports import Clock, Ids

RESET_SECONDS = 3600


class RecoverPassword:
    """Mails reset links and sets passwords."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        mailed_tokens: MailedTokens,
        sign_ins: SignIns,
        limit: LimitAttempts,
        passwords: Passwords,
        clock: Clock,
        ids: Ids,
        public_url: str,
    ) -> None:
        self._accounts = accounts
        self._mailed_tokens = mailed_tokens
        self._sign_ins = sign_ins
        self._limit = limit
        self._passwords = passwords
        self._clock = clock
        self._ids = ids
        self._public_url = public_url

    def forget_password(self, email: str, *, source: str) -> None:
        """Mails a reset link if the address has an account; the caller cannot see whether. Raises TooManyAttempts."""
        now = int(self._clock.now())
        self._limit.count_attempt(f"forgot {source}", ATTEMPTS_PER_SOURCE, now=now)
        self._limit.count_attempt(f"forgot {normalised(email)}", ATTEMPTS_PER_ACCOUNT, now=now)
        stored = self._accounts.find_account_by_email(normalised(email))
        if stored is None:
            return
        secret = self._ids.new_secret()
        account = revive_account(stored)
        url = f"{self._public_url}/reset#{secret}"
        mail = account_mails.compose_reset_mail(
            to=account.email,
            name=account.name,
            url=url,
            key=f"reset {self._ids.new_id()}",
            language=account.language,
        )
        self._mailed_tokens.add_reset_token(secret, stored, until=now + RESET_SECONDS, mail=mail)

    def reset_password(self, form: PasswordReset) -> None:
        """Sets a new password by a mailed token and ends every sign-in of the account. Raises NotFound."""
        now = self._clock.now()
        stored = follow_link("reset", form.token, accounts=self._accounts, mailed_tokens=self._mailed_tokens, now=now)
        if not self._accounts.reset_password(form.token, stored, self._passwords.hash_password(form.password)):
            raise link_not_valid()
        self._sign_ins.end_sign_ins_of_user(stored.id)

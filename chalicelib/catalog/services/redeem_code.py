"""Finds the code that a buyer typed and checks that it may be used now.

Called by orders/services/place_order.py and routes/ticket_types.py. Codes can be guessed, so a source may send a
limited number of wrong ones. The error is the same for a code that does not exist and for a code of another event.
"""

from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

import msgspec

from chalicelib.accounts.ports import Attempts
from chalicelib.catalog.domain.code import AccessCode, Discount, is_in_time, normalised
from chalicelib.catalog.ports import Codes, StoredLimit
from chalicelib.core.errors import InvalidInput, TooManyAttempts, Violation
from chalicelib.core.kinds import CodeKind
from chalicelib.core.ports import Clock
from chalicelib.core.times import moment

Code = TypeVar("Code", Discount, AccessCode)

GUESSES = 30
"""Wrong codes that one source may send for an event within the window. Many people may share one address."""
WINDOW_SECONDS = 300


class Redeemed(NamedTuple, Generic[Code]):
    """A code that may be used now, and its stored form."""

    stored: StoredLimit
    code: Code


class RedeemCode:
    def __init__(self, codes: Codes, attempts: Attempts, clock: Clock) -> None:
        self._codes = codes
        self._attempts = attempts
        self._clock = clock

    def redeem_discount(self, event_id: str, text: str, *, source: str) -> Redeemed[Discount]:
        """Returns the discount. Raises InvalidInput (`unknown_discount`, `discount_expired`), TooManyAttempts."""
        stored = self._find(event_id, CodeKind.DISCOUNT, text, source=source)
        found = None if stored is None else msgspec.json.decode(stored.body, type=Discount)
        if stored is None or found is None or not found.active:
            self._wrong(event_id, source)
            raise _refused("/discount_code", "is no discount of this event", "unknown_discount")
        if not is_in_time(found, now=self._now()):
            raise _refused("/discount_code", "cannot be used at this time", "discount_expired")
        return Redeemed(stored, found)

    def redeem_access_code(
        self, event_id: str, text: str, *, source: str, pointer: str = "/access_code"
    ) -> Redeemed[AccessCode]:
        """Returns the access code. Raises InvalidInput (`unknown_access_code`, `access_code_expired`),
        TooManyAttempts.
        """
        stored = self._find(event_id, CodeKind.ACCESS, text, source=source)
        if stored is None:
            self._wrong(event_id, source)
            raise _refused(pointer, "is no access code of this event", "unknown_access_code")
        found = msgspec.json.decode(stored.body, type=AccessCode)
        if not is_in_time(found, now=self._now()):
            raise _refused(pointer, "cannot be used at this time", "access_code_expired")
        return Redeemed(stored, found)

    def _find(self, event_id: str, kind: CodeKind, text: str, *, source: str) -> StoredLimit | None:
        if self._count(event_id, source, by=0) >= GUESSES:
            raise TooManyAttempts(retry_after=WINDOW_SECONDS)
        return self._codes.find(event_id, kind, normalised(text))

    def _wrong(self, event_id: str, source: str) -> None:
        self._count(event_id, source, by=1)

    def _count(self, event_id: str, source: str, *, by: int) -> int:
        now = int(self._clock.now())
        return self._attempts.count_attempt(f"code {event_id} {source}", now=now, window=WINDOW_SECONDS, by=by)

    def _now(self) -> datetime:
        return moment(self._clock.now())


def _refused(pointer: str, rule: str, code: str) -> InvalidInput:
    return InvalidInput([Violation(pointer, rule)], code=code)

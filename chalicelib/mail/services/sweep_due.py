"""Handles what is due: mails at the end of quiet hours, lost mails and announcements, digests, calls for papers that
open or close. Called by triggers/timers.py every quarter of an hour.

Nothing is sent here: the sweep touches an item, so the stream reports it to mail/services/send_mail.py or
announcements/services/fan_out.py like a new one. Each due entry is moved or deleted in the transaction that handles it,
before the sweep continues. An interrupted sweep can run again.
"""

from collections.abc import Callable, Mapping

from chalicelib import telemetry
from chalicelib.core.ports import Clock
from chalicelib.mail.ports import Due, DueIndex, Sleepers

QUARTER_SECONDS = 900
"""Entries of the due index are grouped by quarter of an hour, and the timer runs at the same interval."""
LATE_SECONDS = QUARTER_SECONDS
"""An entry may be written later than the time it names, so each sweep starts this far back again."""
GIVEN_UP_AFTER_SECONDS = 2 * 24 * 3600
"""What could not be sent for this long expires, because its links and news are out of date."""


Dealer = Callable[[Due], bool]
"""Handles a due entry and removes it from the index. Returns whether there was something to do."""


class SweepDue:
    def __init__(
        self, index: DueIndex, dealers: Mapping[str, Dealer], sleepers: Mapping[str, Sleepers], clock: Clock
    ) -> None:
        self._index = index
        self._dealers = dealers
        self._sleepers = sleepers
        self._clock = clock

    def run(self) -> int:
        """Handles all entries due by now. Returns how many led to a mail or a message."""
        now = int(self._clock.now())
        begin = self._index.begin(now)
        done, failed = 0, 0
        while begin <= now:
            dealt = [self._attempt(due, now) for due in self._index.list_due(begin, now)]
            done, failed = done + dealt.count(True), failed + dealt.count(None)
            begin = (begin // QUARTER_SECONDS + 1) * QUARTER_SECONDS
            if not failed:
                self._index.advance(min(begin, now - LATE_SECONDS))
        telemetry.log("due_swept", done=done, failed=failed)
        return done

    def _attempt(self, due: Due, now: int) -> bool | None:
        """Returns whether there was something to do; None when it failed. A failure must not stop the other entries."""
        try:
            return self._deal(due, now)
        except Exception:  # noqa: BLE001 - one thing due is the boundary
            telemetry.failure("due_failed", kind=due.kind, due=due.id)
            return None

    def _deal(self, due: Due, now: int) -> bool:
        if dealer := self._dealers.get(due.kind):
            return dealer(due)
        sleepers = self._sleepers.get(due.kind)
        if sleepers is None:  # no service for this kind; TTL deletes the entry
            return False
        waiting = sleepers.load_waiting(due.id)
        if waiting is None:
            self._index.drop(due)
            return False
        waited = now - max(waiting.written_at, waiting.not_before)
        if waited > GIVEN_UP_AFTER_SECONDS:
            sleepers.expire(due.id)
            self._index.drop(due)
            telemetry.log("due_expired", kind=due.kind, due=due.id)
            return False
        sleepers.wake(due, again_at=now + max(QUARTER_SECONDS, waited))
        telemetry.log("due_woken", kind=due.kind, due=due.id, waited=waited)
        return True

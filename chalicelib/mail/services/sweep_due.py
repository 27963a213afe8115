"""What is due by now is looked at: mails that wait for the end of quiet hours, mails and announcements that got
lost on their way, digests, calls for papers that open. Called by triggers/timers.py every quarter of an hour.

Nothing is sent here: an item is touched, so the stream tells mail/services/send_mail.py or
announcements/services/fan_out.py of it as of a new one. Each thing due is moved or dropped in the transaction that
deals with it; then the sweep goes on. Killed anywhere, it runs again.
"""

from collections.abc import Callable, Mapping

from chalicelib import telemetry
from chalicelib.core.ports import Clock
from chalicelib.mail.ports import Due, DueIndex, Sleepers

QUARTER_SECONDS = 900
"""What is due stands together by the quarter of an hour, and the timer runs as often."""
LATE_SECONDS = QUARTER_SECONDS
"""What may be written later than it says: that far back the sweep looks again."""
GIVEN_UP_AFTER_SECONDS = 2 * 24 * 3600
"""What could not be sent for so long expires: its links and news are out of date."""


Dealer = Callable[[Due], bool]
"""Does what is due and takes it off the list; whether something came of it."""


class SweepDue:
    def __init__(
        self, index: DueIndex, dealers: Mapping[str, Dealer], sleepers: Mapping[str, Sleepers], clock: Clock
    ) -> None:
        self._index = index
        self._dealers = dealers
        self._sleepers = sleepers
        self._clock = clock

    def run(self) -> int:
        """Everything due by now; how much was woken or digested."""
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
        """Whether something came of it; None when it failed, which must not keep the others from their turn."""
        try:
            return self._deal(due, now)
        except Exception:  # noqa: BLE001 - one thing due is the boundary
            telemetry.failure("due_failed", kind=due.kind, due=due.id)
            return None

    def _deal(self, due: Due, now: int) -> bool:
        if dealer := self._dealers.get(due.kind):
            return dealer(due)
        sleepers = self._sleepers.get(due.kind)
        if sleepers is None:  # nobody does such things here: it clears away
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

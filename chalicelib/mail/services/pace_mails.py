"""Limits the rate of mails of all processes of a stage together to what the mail service allows the account.

Called by mail/services/send_mail.py before each mail. A place in the line costs one write. The limits are read again
from time to time. Source: docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html
"""

import threading
import time
from collections.abc import Callable

from chalicelib import telemetry
from chalicelib.core.errors import UpstreamFailed
from chalicelib.core.ports import Clock
from chalicelib.limits.waiting_line import Lines
from chalicelib.mail.ports import SendingLimits

LINE = "mail"
SHARE = 0.9
"""The share of the account's rate that is used. The rest is a margin, because mails take different times to arrive."""
ASKED_AGAIN_AFTER_SECONDS = 300
PATIENCE_SECONDS = 30
"""The longest time that one mail waits for its place. With a longer line, the timer sends it later."""
UNKNOWN = SendingLimits(a_second=1.0, left_today=None)
"""Limits of an account in the SES sandbox, used while the mail service does not report any."""


class PaceMails:
    """Decides when the next mail may leave. Thread-safe."""

    def __init__(
        self,
        lines: Lines,
        limits: Callable[[], SendingLimits],
        clock: Clock,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._lines = lines
        self._ask = limits
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._limits = UNKNOWN
        self._asked_at: float | None = None

    def __call__(self) -> bool:
        """Waits until a mail may leave. Returns False when the line is too long or the day's limit is reached. Raises
        Busy.
        """
        limits, now = self._current(), self._clock.now()
        if limits.left_today is not None and limits.left_today < 1:
            return False
        place = self._lines.take(LINE, now=now, every=1 / (limits.a_second * SHARE), most=PATIENCE_SECONDS)
        if place is None:
            return False
        if place > now:
            self._sleep(place - now)
        return True

    def _current(self) -> SendingLimits:
        with self._lock:
            now = self._clock.now()
            if self._asked_at is None or now - self._asked_at >= ASKED_AGAIN_AFTER_SECONDS:
                self._asked_at = now
                try:
                    self._limits = self._ask()
                except UpstreamFailed as failure:  # the last known limits still apply
                    telemetry.log("mail_limits_unknown", code=failure.code)
            return self._limits

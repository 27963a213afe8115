"""Every refusal Marquee can give, in one tree. Raised by domain and services; api/problems.py maps them to HTTP
and live/domain/frames.py to socket frames. A class carries a stable `code`; instances carry what the client may know.

MarqueeError
├── MalformedRequest        the bytes cannot be read as what they claim to be
│   ├── UnsupportedMedia    the content type or encoding is not one we take
│   └── BodyTooLarge        more bytes than the limit
├── InvalidInput            readable, but breaks a rule; carries every violation
├── OrderCannotBePaid       Stripe will never take its payment, however often it is tried
├── Unauthenticated         no, expired or forged credentials
├── Forbidden               known caller, may see the thing, may not do this
├── NotFound                absent, or not yours: the two are never told apart
│   └── UnknownTicket       a code that was made up, altered, replaced or is another event's: never told apart
├── FeatureOff              switched off for this deployment
├── PreconditionRequired    a write without If-Match
├── PreconditionFailed      If-Match names another version; carries the current one
├── Conflict                the state of things forbids it
│   ├── AlreadyExists       a unique value is taken
│   ├── StillReferenced     others point at it; carries the referrers
│   ├── SoldOut             fewer tickets left than asked; carries how many
│   ├── SaleClosed          outside the sale window, or the event is not published
│   ├── OrderNotPayable     the order's state does not allow it
│   ├── TicketNotValid      void or suspended, or used where it must not be
│   │   └── AlreadyCheckedIn the ticket is used; carries when and by whom
│   └── StillRunning        the same Idempotency-Key is being worked on
├── IdempotencyMismatch     the same Idempotency-Key with another body
├── TooManyAttempts         guessing; carries seconds to wait
├── UpstreamFailed          Stripe or mail did not answer as it should
└── Busy                    contention or throttling outlasted the retries
    └── WaitInLine          others are to be served first; carries seconds to wait
"""

from typing import NamedTuple


class Violation(NamedTuple):
    """One broken rule of a body: an RFC 6901 pointer to the place, and the rule in words."""

    pointer: str
    detail: str


class MarqueeError(Exception):
    """Root of the tree. `detail` is a sentence for people and safe to show."""

    code = "error"

    def __init__(self, detail: str = "", *, code: str | None = None, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.extra = extra


class MalformedRequest(MarqueeError):
    """The bytes, headers or query cannot be read."""

    code = "malformed_request"


class UnsupportedMedia(MalformedRequest):
    """Content-Type or Content-Encoding that is not taken here."""

    code = "unsupported_media_type"


class BodyTooLarge(MalformedRequest):
    """The body has more bytes than the limit."""

    code = "body_too_large"


class InvalidInput(MarqueeError):
    """A readable body that breaks rules; `violations` lists all of them."""

    code = "invalid_body"

    def __init__(self, violations: list[Violation], *, code: str | None = None) -> None:
        super().__init__("The body breaks the rules listed in `errors`.", code=code)
        self.violations = violations


class OrderCannotBePaid(MarqueeError):
    """Stripe will never take the payment of this order; `code` says why."""

    code = "order_cannot_be_paid"


class Unauthenticated(MarqueeError):
    """No valid credentials."""

    code = "unauthenticated"


class Forbidden(MarqueeError):
    """The caller may see the thing but not do this."""

    code = "forbidden"


class NotFound(MarqueeError):
    """Absent or not yours."""

    code = "not_found"

    def __init__(self, detail: str = "There is nothing here.", *, code: str | None = None) -> None:
        super().__init__(detail, code=code)


class UnknownTicket(NotFound):
    """A code that was made up, altered or replaced, or that belongs to another event."""

    code = "unknown_ticket"

    def __init__(self, detail: str = "This is not a ticket of this event.") -> None:
        super().__init__(detail)


class FeatureOff(NotFound):
    """Switched off for this deployment."""


class PreconditionRequired(MarqueeError):
    """A write of a versioned resource needs If-Match."""

    code = "precondition_required"

    def __init__(self) -> None:
        super().__init__("Send If-Match with the ETag of the version you edited.")


class PreconditionFailed(MarqueeError):
    """If-Match names a version that is no longer current. `etag` and `body` are the current ones, if any."""

    code = "precondition_failed"

    def __init__(self, *, etag: str | None = None, body: str | None = None) -> None:
        super().__init__("Somebody changed it in the meantime; `current` is how it stands.")
        self.etag = etag
        self.body = body


class Conflict(MarqueeError):
    """The state of things forbids it."""

    code = "conflict"


class AlreadyExists(Conflict):
    """A value that must be unique is taken."""

    code = "already_exists"


class StillReferenced(Conflict):
    """Others point at the thing to be deleted; `referrers` in extra."""

    code = "still_referenced"


class SoldOut(Conflict):
    """Fewer tickets are left than asked; `available` in extra."""

    code = "sold_out"


class SaleClosed(Conflict):
    """Outside the sale window, or the event is not on sale."""

    code = "sale_closed"


class OrderNotPayable(Conflict):
    """The order's state does not allow what was asked."""

    code = "order_not_payable"


class TicketNotValid(Conflict):
    """A ticket that is void, suspended or used; `code` says which."""

    code = "ticket_not_valid"


class AlreadyCheckedIn(TicketNotValid):
    """Somebody came in with this ticket; `check_in` in extra says when and who let them in."""

    code = "already_checked_in"


class StillRunning(Conflict):
    """A request with this Idempotency-Key has not finished."""

    code = "still_running"
    retry_after = 2


class IdempotencyMismatch(MarqueeError):
    """This Idempotency-Key came with another body before."""

    code = "idempotency_mismatch"


class TooManyAttempts(MarqueeError):
    """Guessing, or more requests than one caller may send. `retry_after` in seconds."""

    code = "too_many_attempts"

    def __init__(
        self, detail: str = "Too many attempts. Wait before trying again.", *, retry_after: int, code: str | None = None
    ) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after


class UpstreamFailed(MarqueeError):
    """A service we depend on did not answer as it should."""

    code = "upstream_failed"
    retry_after = 5


class Busy(MarqueeError):
    """Contention or throttling outlasted the retries; nothing was changed."""

    code = "busy"
    retry_after = 1


class WaitInLine(Busy):
    """Others are to be served first. `retry_after` in seconds, by the place in line; `line_too_long` has no place."""

    code = "wait_in_line"

    def __init__(self, detail: str, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after

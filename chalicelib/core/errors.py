"""Every error that Marquee returns to a client, in one tree. Raised by domain and services. api/problems.py maps them
to HTTP, live/domain/frames.py to socket frames. A class has a stable `code`; instances carry what the client may know.

MarqueeError
├── MalformedRequest        the bytes, headers or query cannot be read
│   ├── UnsupportedMedia    the content type or encoding is not accepted
│   └── BodyTooLarge        the body has more bytes than the limit
├── InvalidInput            readable, but breaks rules; carries every violation
├── OrderCannotBePaid       Stripe will refuse its payment, however often it is tried
├── Unauthenticated         credentials are missing, expired or forged
├── Forbidden               the caller may see the thing but not do this
├── NotFound                absent, or not the caller's: the answer is the same for both
│   └── UnknownTicket       a code that is made up, altered, replaced or another event's: the same answer for all
├── FeatureOff              switched off for this deployment
├── PreconditionRequired    a write without If-Match
├── PreconditionFailed      If-Match names another version; carries the current one
├── Conflict                the current state does not allow it
│   ├── AlreadyExists       a unique value is taken
│   ├── StillReferenced     other things refer to it; carries them
│   ├── SoldOut             fewer tickets are left than were ordered; carries how many
│   ├── SaleClosed          outside the sale window, or the event is not published
│   ├── OrderNotPayable     the order's state does not allow it
│   ├── TicketNotValid      the ticket is void, suspended or used
│   │   └── AlreadyCheckedIn the ticket is used; carries when and by whom
│   └── StillRunning        a request with the same Idempotency-Key has not finished
├── IdempotencyMismatch     the same Idempotency-Key with another request
├── TooManyAttempts         guessing, or too many requests; carries seconds to wait
├── UpstreamFailed          Stripe or the mail service failed
└── Busy                    contention or throttling lasted longer than the retries
    └── WaitInLine          other callers come first; carries seconds to wait
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
    """The Content-Type or Content-Encoding is not accepted here."""

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
    """Stripe will refuse the payment of this order; `code` says why."""

    code = "order_cannot_be_paid"


class Unauthenticated(MarqueeError):
    """Credentials are missing, expired or forged."""

    code = "unauthenticated"


class Forbidden(MarqueeError):
    """The caller may see the thing but not do this."""

    code = "forbidden"


class NotFound(MarqueeError):
    """The thing is absent or not the caller's."""

    code = "not_found"

    def __init__(self, detail: str = "There is nothing here.", *, code: str | None = None) -> None:
        super().__init__(detail, code=code)


class UnknownTicket(NotFound):
    """The code is made up, altered or replaced, or belongs to another event."""

    code = "unknown_ticket"

    def __init__(self, detail: str = "This is not a ticket of this event.") -> None:
        super().__init__(detail)


class FeatureOff(NotFound):
    """The feature is switched off for this deployment."""


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
    """The current state does not allow the request."""

    code = "conflict"


class AlreadyExists(Conflict):
    """A value that must be unique is taken."""

    code = "already_exists"


class StillReferenced(Conflict):
    """Other things refer to the one that is to be deleted; `extra["referrers"]` lists them."""

    code = "still_referenced"


class SoldOut(Conflict):
    """Fewer tickets are left than were ordered; `extra["available"]` says how many."""

    code = "sold_out"


class SaleClosed(Conflict):
    """Outside the sale window, or the event is not on sale."""

    code = "sale_closed"


class OrderNotPayable(Conflict):
    """The order's state does not allow the request."""

    code = "order_not_payable"


class TicketNotValid(Conflict):
    """A ticket that is void, suspended or used; `code` says which."""

    code = "ticket_not_valid"


class AlreadyCheckedIn(TicketNotValid):
    """Somebody was checked in with this ticket; `extra["check_in"]` says when and by whom."""

    code = "already_checked_in"


class StillRunning(Conflict):
    """A request with this Idempotency-Key has not finished."""

    code = "still_running"
    retry_after = 2


class IdempotencyMismatch(MarqueeError):
    """This Idempotency-Key came with another request before."""

    code = "idempotency_mismatch"


class TooManyAttempts(MarqueeError):
    """The caller guesses, or sends more requests than allowed. `retry_after` in seconds."""

    code = "too_many_attempts"

    def __init__(
        self, detail: str = "Too many attempts. Wait before trying again.", *, retry_after: int, code: str | None = None
    ) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after


class UpstreamFailed(MarqueeError):
    """A service that Marquee depends on failed."""

    code = "upstream_failed"
    retry_after = 5


class Busy(MarqueeError):
    """Contention or throttling lasted longer than the retries; nothing was changed."""

    code = "busy"
    retry_after = 1


class WaitInLine(Busy):
    """Other callers come first. `retry_after` in seconds; with code `line_too_long` the queue has no place."""

    code = "wait_in_line"

    def __init__(self, detail: str, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after

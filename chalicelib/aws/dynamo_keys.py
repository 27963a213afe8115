"""Key formats that several parts of the business use. docs/data-model.md lists every key, and who reads it.

Parts are ids, hashes or fixed words, never raw user text, so a `#` cannot be smuggled in.
Light on purpose: the read path imports this.
"""

import hashlib

from chalicelib.core.ids import milliseconds_of
from chalicelib.core.kinds import Kind, View

Key = tuple[str, str]

ORDER_SPREAD = 32
"""Partitions that the orders of one minute are spread over: 32 x 500 transactional writes a second."""

TALLY_PARTS = 4
"""Items that each sum of an event's sales is spread over."""

_WORD = {
    Kind.MICROLOCATIONS: "MICROLOCATION",
    Kind.SESSIONS: "SESSION",
    Kind.SPEAKERS: "SPEAKER",
    Kind.SPONSORS: "SPONSOR",
    Kind.TRACKS: "TRACK",
}


def digest(*parts: str) -> str:
    """Hex digest that stands for user text (an e-mail address, a token) inside a key."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


# --- content -------------------------------------------------------------------------------------------------


def event(event_id: str) -> Key:
    """The event itself."""
    return f"EVENT#{event_id}", "EVENT"


def resource(event_id: str, kind: Kind, resource_id: str) -> Key:
    """A track, session, speaker, sponsor or room of an event."""
    return f"EVENT#{event_id}", f"{_WORD[kind]}#{resource_id}"


def resources_prefix(kind: Kind) -> str:
    """Sort-key prefix of all resources of a kind."""
    return f"{_WORD[kind]}#"


def versions(event_id: str, view: View) -> Key:
    """Counter and ETag of every list of an event, for one view."""
    return f"EVENT#{event_id}", f"VERSIONS#{view.value}"


def body(owner: str, view: View, name: str, etag: str, chunk: int = 0) -> Key:
    """The stored bytes of a list or page, under their ETag. `owner` is an event id or `EVENTS`."""
    return f"BODY#{owner}#{view.value}#{name}", f"{etag}#{chunk:03d}"


def directory_entry(event_id: str) -> Key:
    """A published event in the public list of events."""
    return "EVENTS", f"EVENT#{event_id}"


def directory_versions() -> Key:
    """The ETag of the public list of events."""
    return "EVENTS", "VERSIONS#public"


def slug(text: str) -> Key:
    """The event that a slug names."""
    return f"SLUG#{text}", "SLUG"


def call_for_papers(event_id: str) -> Key:
    """An event's call for papers."""
    return f"EVENT#{event_id}", "CALL_FOR_PAPERS"


def import_job(import_id: str) -> Key:
    """An import: its state and report."""
    return f"IMPORT#{import_id}", "IMPORT"


def import_chunk(import_id: str, chunk: int) -> Key:
    """A piece of an uploaded archive."""
    return f"IMPORT#{import_id}", f"CHUNK#{chunk:03d}"


# --- people --------------------------------------------------------------------------------------------------


def account(user_id: str) -> Key:
    """A person's account."""
    return f"USER#{user_id}", "ACCOUNT"


def email(address: str) -> Key:
    """The account that an e-mail address belongs to. Makes addresses unique."""
    return f"EMAIL#{digest(address)}", "EMAIL"


def role_of_user(user_id: str, event_id: str) -> Key:
    """A role, found by its holder."""
    return f"USER#{user_id}", f"ROLE#{event_id}"


def role_in_event(event_id: str, user_id: str) -> Key:
    """The same role, found by its event."""
    return f"EVENT#{event_id}", f"ROLE#{user_id}"


def invite(event_id: str, address_hash: str) -> Key:
    """An invitation to an event's staff or to a session, by the hash of the address (and of the session's id)."""
    return f"EVENT#{event_id}", f"INVITE#{address_hash}"


def submission(user_id: str, session_id: str) -> Key:
    """A session that somebody proposed, found by that person."""
    return f"USER#{user_id}", f"SUBMISSION#{session_id}"


def proposer(event_id: str, user_id: str) -> Key:
    """Somebody who proposed sessions in an event: as which speaker, and how often."""
    return f"EVENT#{event_id}", f"PROPOSER#{user_id}"


def token_family(family_id: str) -> Key:
    """A sign-in: the family of refresh tokens that descend from it."""
    return f"FAMILY#{family_id}", "FAMILY"


def family_of_user(user_id: str, family_id: str) -> Key:
    """The same sign-in, found by its user."""
    return f"USER#{user_id}", f"FAMILY#{family_id}"


def one_time_token(purpose: str, secret: str) -> Key:
    """A mailed token (verify, reset), by its hash."""
    return f"TOKEN#{digest(purpose, secret)}", "TOKEN"


def attempts(subject: str) -> Key:
    """How often somebody guessed a password, by the hash of what they guessed at."""
    return f"ATTEMPTS#{digest(subject)}", "ATTEMPTS"


def idempotency(caller: str, idempotency_key: str) -> Key:
    """The answer kept for an Idempotency-Key of one caller."""
    return f"IDEMPOTENCY#{digest(caller, idempotency_key)}", "IDEMPOTENCY"


def line(name: str) -> Key:
    """When the next place in a waiting line is free."""
    return f"LINE#{name}", "LINE"


# --- sales ---------------------------------------------------------------------------------------------------


def ticket_type(event_id: str, ticket_type_id: str) -> Key:
    """A ticket type of an event."""
    return f"EVENT#{event_id}", f"TICKET_TYPE#{ticket_type_id}"


def stock(owner: str, shard: int) -> Key:
    """A shard of stock of a ticket type, quota, code or buyer's limit. catalog/domain/stock.py names the owners."""
    return f"STOCK#{owner}#{shard:03d}", "STOCK"


def order(order_id: str) -> Key:
    """An order. Its id holds the minute it was made in, so the timer finds holds without an index (ADR 0004)."""
    return orders_of_minute(milliseconds_of(order_id) // 60_000, _part_of(order_id)), f"ORDER#{order_id}"


def orders_of_minute(minute: int, part: int) -> str:
    """Partition of the orders made in one minute (Unix minutes), one of ORDER_SPREAD parts."""
    return f"ORDERS#{minute}#{part:02d}"


def _part_of(order_id: str) -> int:
    return int.from_bytes(hashlib.sha256(order_id.encode()).digest()[:4], "big") % ORDER_SPREAD


def charge(order_id: str, charge_id: str) -> Key:
    """A charge record of an order."""
    return f"ORDER#{order_id}", f"CHARGE#{charge_id}"


def refund_wish(order_id: str, key: str) -> Key:
    """A refund of an order that was asked for."""
    return f"ORDER#{order_id}", f"REFUND#{key}"


def wanted_refund(order_id: str, key: str) -> Key:
    """A refund that is still to be made."""
    return "REFUNDS", f"WANTED#{order_id}#{key}"


def stripe_account(event_id: str) -> Key:
    """The connected Stripe account that an event is paid to."""
    return f"EVENT#{event_id}", "STRIPE_ACCOUNT"


def stripe_account_use(account_id: str, event_id: str) -> Key:
    """An event that is paid to a connected account. All of them are in one partition."""
    return "STRIPE_ACCOUNTS", f"USE#{account_id}#{event_id}"


def reconciliation(account_id: str | None) -> Key:
    """How far a Stripe account was reconciled. None: the platform's own."""
    return "TIMER#RECONCILING", f"ACCOUNT#{account_id or 'platform'}"


def swept(account_id: str | None) -> Key:
    """How far the daily comparison with a Stripe account got. None: the platform's own."""
    return "TIMER#RECONCILING", f"SWEPT#{account_id or 'platform'}"


def stripe_marker(stripe_event_id: str) -> Key:
    """Proof that a Stripe event had its effects."""
    return f"STRIPE_EVENT#{stripe_event_id}", "MARKER"


def stripe_inbox(stripe_event_id: str) -> Key:
    """An event that Stripe sent."""
    return f"STRIPE_EVENT#{stripe_event_id}", "INBOX"


def orphan(charge_id: str) -> Key:
    """A payment that names no order of ours."""
    return f"ORPHAN#{charge_id}", "ORPHAN"


def hold_sweep() -> Key:
    """How far the timer that releases holds got."""
    return "TIMER#HOLDS", "CURSOR"


def order_of_event(event_id: str, order_id: str) -> Key:
    """An order that has or had tickets, found by its event."""
    return f"EVENT#{event_id}", f"TICKETED#{order_id}"


def check_in(event_id: str, order_id: str, number: int | None) -> Key:
    """What was done with a ticket at the gate. Without a number: the prefix of an order, or (empty) of all."""
    return f"EVENT#{event_id}", f"CHECK_IN#{order_id}" if number is None else f"CHECK_IN#{order_id}#{number:03d}"


def latest_check_in(event_id: str, at: int | None, order_id: str, number: int) -> Key:
    """A used ticket, by the time (Unix ms) it was used. Without a time: the prefix of all."""
    return f"EVENT#{event_id}", "ADMITTED#" if at is None else f"ADMITTED#{at:013d}#{order_id}#{number:03d}"


def check_in_counter(event_id: str, ticket_type_id: str, part: int | None) -> Key:
    """How many tickets of a type are used, one of several parts. Without a part: the prefix of all types."""
    return f"EVENT#{event_id}", "ADMISSIONS#" if part is None else f"ADMISSIONS#{ticket_type_id}#{part:02d}"


def order_row(event_id: str, order_id: str) -> Key:
    """An order in the list of its event's orders."""
    return f"SALES#{event_id}", f"ORDER_ROW#{order_id}"


def charge_row(event_id: str, order_id: str, charge_id: str) -> Key:
    """A charge in the list of its event's charges. Without an order: the prefix of all."""
    return f"SALES#{event_id}", f"CHARGE_ROW#{order_id}#{charge_id}" if order_id else "CHARGE_ROW#"


def sales_tally(event_id: str, part: int, name: str) -> Key:
    """Sums of an event's sales under a name, one of several parts. Without a name: the prefix of all."""
    return f"TALLY#{event_id}#{part:02d}", f"TALLY#{name}"


# --- notifications -------------------------------------------------------------------------------------------


def notification(user_id: str, notification_id: str) -> Key:
    """A notification in a person's inbox."""
    return f"USER#{user_id}", f"NOTIFICATION#{notification_id}"


def unread_mark(user_id: str, notification_id: str) -> Key:
    """The mark of an unread notification."""
    return f"USER#{user_id}", f"UNREAD#{notification_id}"


def unread_counter(user_id: str) -> Key:
    """How many notifications a person has not read, with the ETag of the inbox."""
    return f"USER#{user_id}", "COUNTER"

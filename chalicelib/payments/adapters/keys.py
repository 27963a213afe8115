"""Key formats of connected accounts, the Stripe inbox and the progress of timers, in the sales table and the inbox
table.

They follow the rules of aws/dynamo_keys.py.
"""

from chalicelib.aws.dynamo_keys import Key


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


def stripe_inbox(stripe_event_id: str) -> Key:
    """An event that Stripe sent."""
    return f"STRIPE_EVENT#{stripe_event_id}", "INBOX"


def orphan(charge_id: str) -> Key:
    """A payment that names no known order."""
    return f"ORPHAN#{charge_id}", "ORPHAN"


def hold_sweep() -> Key:
    """How far the timer that releases holds got."""
    return "TIMER#HOLDS", "CURSOR"

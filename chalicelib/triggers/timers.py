"""Timers: what happens because time passes. Called by app.py on a schedule; each may be killed and run again."""

from chalicelib import bootstrap


def release_holds() -> int:
    """Give the tickets of orders whose hold is over back to sale, every minute. How many orders ended."""
    return bootstrap.services().payments.expire_orders.expire_orders()


def lapse_offers() -> int:
    """End offers of the waiting list whose time is over, and offer free tickets to who waits, every minute. How many
    offers were made.
    """
    return bootstrap.services().waiting_list.offer_tickets.run()


def do_what_is_due() -> int:
    """Wake what waits or was lost, queue digests, tell of calls for papers, every quarter of an hour. How much."""
    return bootstrap.services().mail.sweep_due.run()


def reconcile_payments() -> int:
    """Ask Stripe what its webhooks should have told, every ten minutes. How much was found."""
    return bootstrap.services().payments.reconcile.reconcile()

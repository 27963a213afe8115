"""Timers: what happens because time passes. Called by app.py on a schedule; each may be killed and run again."""

from chalicelib import bootstrap


def release_holds() -> int:
    """Ends orders whose hold is over; their tickets return to sale. Runs every minute; returns how many ended."""
    return bootstrap.services().payments.expire_orders.expire_orders()


def lapse_offers() -> int:
    """Ends expired offers of the waiting list and offers free tickets to the next in line. Runs every minute; returns
    how many offers were made.
    """
    return bootstrap.services().waiting_list.offer_tickets.run()


def do_what_is_due() -> int:
    """Sends mails that wait or were lost, queues digests, announces calls for papers. Runs every 15 minutes; returns
    how much was done.
    """
    return bootstrap.services().mail.sweep_due.run()


def reconcile_payments() -> int:
    """Asks Stripe for what its webhooks did not deliver. Runs every ten minutes; returns how much was found."""
    return bootstrap.services().payments.reconcile.reconcile()

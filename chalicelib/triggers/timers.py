"""Timers: what happens because time passes. Called by app.py on a schedule; each may be killed and run again."""

from chalicelib import bootstrap


def release_holds() -> int:
    """Give the tickets of orders whose hold is over back to sale, then offer free ones to who waits, every minute. How
    many orders ended.
    """
    services = bootstrap.services()
    released = services.releasing.release_due()
    services.offering.run()
    return released


def send_due_mails() -> int:
    """Wake mails that wait or were lost, queue digests, every quarter of an hour. How many. Nothing while no mail is
    sent at all: what waits is then left to clear away.
    """
    services = bootstrap.services()
    return services.waking.run() if services.config.mail_from else 0


def reconcile_payments() -> int:
    """Ask Stripe what its webhooks should have told, every ten minutes. How much was found."""
    return bootstrap.services().reconciling.reconcile()

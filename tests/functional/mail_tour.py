"""The part of the grand tour about preferences and mails. Used by grand_tour.py."""

import json
from datetime import UTC, datetime

from chalicelib.adapters.dynamo import keys
from chalicelib.domain.ids import derive_ulid
from chalicelib.domain.notification import Mail, Notification, NotificationAction
from local.mail_events import ses_event
from tests.harness.functions import Functions, Traveller

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"
SENT = {
    "at": "2027-01-01T00:00:00Z",
    "from": "tickets@marquee.example",
    "id": "1",
    "to": ["host@example.org"],
    "subject": "News",
}


def run(on: Functions, host: Traveller) -> None:
    """Choose, be mailed, refuse, be collected, bounce, prove the address again, be woken."""
    user_id = host.get("/v1/me").json["id"]
    choose(host)
    refuse(on, user_id)
    be_collected(on, user_id)
    bounce(on, host)
    be_woken(on, user_id)


def choose(host: Traveller) -> None:
    """For the first time, again, and with a tag that is not current."""
    place = "/v1/me/notification-preferences"
    before = host.get(place)
    hours = {"from": "22:00", "to": "07:00"}
    host.patch(place, {"timezone": "Europe/Zurich", "quiet_hours": hours}, if_match=before.etag)
    host.refused(412).patch(place, {"digest_hour": 9}, if_match=before.etag)
    host.patch(place, {"quiet_hours": None}, if_match=host.get(place).etag)


def refuse(on: Functions, user_id: str) -> None:
    """Mails to an account and to somebody without one, and their links."""
    for mail in (announcement("tour 1", user_id=user_id), announcement("tour 2", to="guest@example.org")):
        queue(mail)
        on.drain()
        with on.container("on_notifications") as services:
            token = services.unsubscribing.token(keys.digest(mail.key))
        on.web.get(f"/pages/unsubscribe/{token}")
        for _ in range(2):
            on.web.request("POST", f"/v1/unsubscribes/{token}", raw=ONE_CLICK, content_type=FORM)
        on.drain()
    on.web.refused(404).get("/pages/unsubscribe/nothing")
    on.web.refused(404).request("POST", "/v1/unsubscribes/nothing", raw=ONE_CLICK, content_type=FORM)
    queue(announcement("tour 3", to="guest@example.org"))
    on.drain()


def be_collected(on: Functions, user_id: str) -> None:
    """A digest that is due."""
    from chalicelib.adapters.dynamo.notification_writes import add_notifications
    from chalicelib.adapters.dynamo.transactions import Transaction

    now = int(on.clock.now())
    action = NotificationAction.SUBMISSION_RECEIVED
    collected = Notification(
        id=derive_ulid((now - 600) * 1000, "tour"),
        user_id=user_id,
        action=action,
        title="A proposal",
        message="<p>A proposal</p>",
        subject="/events",
        received_at=now - 600,
        digest_at=now - 60,
    )
    transaction = Transaction()
    add_notifications(transaction, [collected])
    transaction.commit()
    on.tick("send_due_mails")
    on.drain()


def be_woken(on: Functions, user_id: str) -> None:
    """A mail that the stream lost."""
    mail = announcement("tour 4", user_id=user_id)._replace(action=None)
    queue(mail)
    on.forget_news()
    on.clock.waited += 1000
    on.tick("send_due_mails")
    on.drain()
    on.tick("send_due_mails")


def bounce(on: Functions, host: Traveller) -> None:
    """Mails come back; their owner proves the address."""
    for kind in ("full", "bounce", "complaint", "bounce"):
        on.publish("on_mail_event", json.dumps(ses_event(SENT, kind, datetime.now(UTC))))
    host.post("/v1/me/notification-preferences/address-proof")
    on.web.post("/v1/auth/verify", {"token": on.mailed_token("host@example.org")})
    on.drain()
    host.refused(409).post("/v1/me/notification-preferences/address-proof")


def announcement(key: str, *, to: str = "", user_id: str | None = None) -> Mail:
    """A mail that can be refused."""
    return Mail(key, to, "News", "News", "<p>News</p>", user_id=user_id, action="announcement")


def queue(mail: Mail) -> None:
    """As the transaction of a fact does."""
    from chalicelib.adapters.dynamo.notification_writes import add_mail
    from chalicelib.adapters.dynamo.transactions import Transaction

    transaction = Transaction()
    add_mail(transaction, mail)
    transaction.commit()

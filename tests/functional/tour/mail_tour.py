"""The part of the grand tour about preferences and mails. Used by grand_tour.py."""

import json
from datetime import UTC, datetime

from chalicelib.aws import dynamo_keys as keys
from chalicelib.core.ids import derive_ulid
from chalicelib.mail.domain.ses_event import ORDER_TAG
from chalicelib.notifications.domain.notification import Mail, Notification, NotificationAction
from chalicelib.push.domain import subscription as rules
from local.events.mail_events import ses_event
from tests.harness import push_server
from tests.harness.functions import Functions, Traveller

ONE_CLICK = b"List-Unsubscribe=One-Click"
VISITOR = {"email": "visitor@example.org", "name": "Robin Example", "password": "correct horse battery"}
FORM = "application/x-www-form-urlencoded"
SENT = {
    "at": "2027-01-01T00:00:00Z",
    "from": "tickets@marquee.example",
    "id": "1",
    "to": ["host@example.org"],
    "subject": "News",
}


def run(on: Functions, host: Traveller) -> None:
    """Preferences, web pushes, unsubscribe links, digests, bounces, a verified address, and a mail that the stream
    lost.
    """
    user_id = host.get("/v1/me").json["id"]
    choose(host)
    lose_tickets(on)
    be_alerted(on, host, user_id)
    refuse(on, user_id)
    be_collected(on, user_id)
    bounce(on, host)
    be_woken(on, user_id)


def choose(host: Traveller) -> None:
    """Saves preferences for the first time, again, and with an outdated tag."""
    place = "/v1/me/notification-preferences"
    before = host.get(place)
    hours = {"from": "22:00", "to": "07:00"}
    host.patch(place, {"timezone": "Europe/Zurich", "quiet_hours": hours}, if_match=before.etag)
    host.refused(412).patch(place, {"digest_hour": 9}, if_match=before.etag)
    host.patch(place, {"quiet_hours": None}, if_match=host.get(place).etag)


def be_alerted(on: Functions, host: Traveller, user_id: str) -> None:
    """Web pushes to three browsers: one is subscribed, one is gone at the push service (410), one is taken over from
    another user and then deleted.
    """
    place = "/v1/me/push-subscriptions"
    with push_server.running() as push:
        with on.container("api_handler") as services:
            services.config = services.config.replaced(push_services=(push.url,))
        there, gone, taken_over = (push.browser() for _ in range(3))
        visitor = on.web.post("/v1/auth/sign-up", VISITOR).json
        on.web.signed_in(visitor["access_token"]).post(place, taken_over.form())
        for browser in (there, gone, taken_over):
            host.post(place, browser.form())
        host.delete(f"{place}/{rules.subscription_id(taken_over.endpoint)}")
        host.refused(404).delete(f"{place}/{rules.subscription_id(taken_over.endpoint)}")
        push.answer(gone, 410)
        tell(user_id, at=int(on.clock.now()))
        on.drain()
        assert len(set(push.news(there))) == 1  # pushed twice, because the stream delivers the record twice
        assert [one["id"] for one in host.get(place).json["items"]] == [rules.subscription_id(there.endpoint)]
        with on.container("on_notifications") as services:
            services.push.push_services.close()


def refuse(on: Functions, user_id: str) -> None:
    """Sends mails to an account and to an address without one, and follows their unsubscribe links."""
    for mail in (announcement("tour 1", user_id=user_id), announcement("tour 2", to="guest@example.org")):
        queue(mail)
        on.drain()
        with on.container("on_notifications") as services:
            token = services.mail.unsubscribe.make_token(keys.digest(mail.key))
        on.web.get(f"/pages/unsubscribe/{token}")
        for _ in range(2):
            on.web.request("POST", f"/v1/unsubscribes/{token}", raw=ONE_CLICK, content_type=FORM)
        on.drain()
    on.web.refused(404).get("/pages/unsubscribe/nothing")
    on.web.refused(404).request("POST", "/v1/unsubscribes/nothing", raw=ONE_CLICK, content_type=FORM)
    queue(announcement("tour 3", to="guest@example.org"))
    on.drain()


def be_collected(on: Functions, user_id: str) -> None:
    """Sends a digest that is due."""
    now = int(on.clock.now())
    tell(user_id, at=now - 600, digest_at=now - 60)
    on.tick("do_what_is_due")
    on.drain()


def be_woken(on: Functions, user_id: str) -> None:
    """Sends a queued mail whose stream record was lost."""
    mail = announcement("tour 4", user_id=user_id)._replace(action=None)
    queue(mail)
    on.forget_news()
    on.clock.waited += 1000
    on.tick("do_what_is_due")
    on.drain()
    on.tick("do_what_is_due")


def bounce(on: Functions, host: Traveller) -> None:
    """Mails bounce; the owner then verifies the address."""
    for kind in ("full", "bounce", "complaint", "bounce"):
        on.publish("on_mail_event", json.dumps(ses_event(SENT, kind, datetime.now(UTC))))
    host.post("/v1/me/notification-preferences/address-proof")
    on.web.post("/v1/auth/verify", {"token": on.mailed_token("host@example.org")})
    on.drain()
    host.refused(409).post("/v1/me/notification-preferences/address-proof")


def lose_tickets(on: Functions) -> None:
    """A mail with an order's tickets bounces, and staff are notified."""
    from chalicelib.notifications.adapters.items import MailItem

    order_id = next(str(item.tickets_of) for item in MailItem.scan() if item.sk == "MAIL" and item.tickets_of)
    sent = {**SENT, "to": ["nobody@example.org"], "tags": {ORDER_TAG: order_id}}
    on.publish("on_mail_event", json.dumps(ses_event(sent, "bounce", datetime.now(UTC))))
    on.drain()


def tell(user_id: str, *, at: int, digest_at: int | None = None) -> None:
    """Puts a notification into an inbox."""
    from chalicelib.aws.dynamo_transactions import Transaction
    from chalicelib.notifications.adapters.writes import add_notifications

    made = Notification(
        id=derive_ulid(at * 1000, "tour"),
        user_id=user_id,
        action=NotificationAction.SUBMISSION_RECEIVED if digest_at else NotificationAction.SESSION_ACCEPTED,
        title="A proposal",
        message="<p>A proposal</p>",
        subject="/events",
        received_at=at,
        digest_at=digest_at,
    )
    transaction = Transaction()
    add_notifications(transaction, [made])
    transaction.commit()


def announcement(key: str, *, to: str = "", user_id: str | None = None) -> Mail:
    """Returns a mail that the recipient can unsubscribe from."""
    return Mail(key, to, "News", "News", "<p>News</p>", user_id=user_id, action="announcement")


def queue(mail: Mail) -> None:
    """Queues a mail, as the transaction that causes it does."""
    from chalicelib.aws.dynamo_transactions import Transaction
    from chalicelib.notifications.adapters.writes import add_mail

    transaction = Transaction()
    add_mail(transaction, mail)
    transaction.commit()

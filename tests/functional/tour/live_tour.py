"""The part of the grand tour about watched events, announcements and the log of notifications. Used by
grand_tour.py.
"""

from tests.functional.payments.test_pay_order import TICKET
from tests.functional.tour.sale_steps import order
from tests.harness.functions import Functions, Traveller

PASSWORD = "correct horse battery"


def run(on: Functions, host: Traveller, event: str) -> None:
    """Watches an event while it changes, sends announcements, moves a speaker's session, reads the
    notifications sent.
    """
    watch(on, host, event)
    announce(on, host, event)
    move_session(on, host, event)
    oversee(host)


def watch(on: Functions, host: Traveller, event: str) -> None:
    """Four sockets watch: one has vanished before the push, one stops watching, one disconnects, one is signed out."""
    names = ("watch1=", "watch2=", "watch3=")
    for name in names:
        on.connect(host, name)
        on.say(name, action="watch", event_id=event)
    on.say("watch1=", action="watch", event_id="01NOTHING")
    on.recorder.gone.add("watch3=")
    place = f"/v1/events/{event}/tracks"
    made = host.post(place, {"name": "Watched"})
    on.drain()
    host.delete(f"{place}/{made.json['id']}", if_match=made.etag)
    on.drain()
    on.say("watch1=", action="unwatch", event_id=event)
    visitor = on.web.post("/v1/auth/sign-in", {"email": "host@example.org", "password": PASSWORD}).json
    on.connect(on.web.signed_in(visitor["access_token"]), "watch4=")
    on.say("watch4=", action="watch", event_id=event)
    on.web.post("/v1/auth/sign-out", {"refresh_token": visitor["refresh_token"]})
    host.post(place, {"name": "Unwatched"})
    on.drain()
    for name in names:
        assert on.socket("$disconnect", name) == 200


def announce(on: Functions, host: Traveller, event: str) -> None:
    """Announces to ticket holders, with and without an account, and to staff. People who unsubscribed get no mail."""
    free = {**TICKET, "price": {"amount": 0, "currency": "CHF"}, "quantity": 10}
    ticket = host.post(f"/v1/events/{event}/ticket-types", free).json["id"]
    for buyer in (host, on.web):
        order(buyer, event, ticket)
    on.drain()
    place = f"/v1/events/{event}/announcements"
    audiences = ({"attendees": True, "ticket_type_ids": [ticket]}, {"attendees": True}, {"roles": ["owner"]})
    for number, audience in enumerate(audiences):
        form = {"title": "Doors open", "message": "<p>At nine.</p>", "audience": audience}
        made = host.post(place, form, idempotency_key=f"announcement {number}")
        on.drain()
        assert host.get(f"{place}/{made.json['id']}").json["state"] == "sent"
    host.get(place)
    host.get(f"{place}?limit=1")
    on.web.get(f"/pages/events/{event}/announce")
    on.web.get("/pages/admin/notifications")


def move_session(on: Functions, host: Traveller, event: str) -> None:
    """Moves a session; its speaker, who has an account, is notified."""
    guest = guest_speaker(on)
    place = f"/v1/events/{event}"
    speaker = host.post(f"{place}/speakers", {"name": "Ada", "user_id": guest.get("/v1/me").json["id"]})
    room = host.post(f"{place}/microlocations", {"name": "Hall"})
    form = {"title": "Engines", "state": "confirmed", "speaker_ids": [speaker.json["id"]]}
    session = host.post(f"{place}/sessions", form)
    times = {"starts_at": "2027-06-11T07:00:00Z", "ends_at": "2027-06-11T08:00:00Z"}
    moved = {**times, "microlocation_id": room.json["id"]}
    host.patch(f"{place}/sessions/{session.json['id']}", moved, if_match=session.etag)
    on.drain()
    assert guest.get("/v1/notifications/unread-count").json["count"] == 1


def guest_speaker(on: Functions) -> Traveller:
    """Creates an account for the guest speaker."""
    form = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD}
    return on.web.signed_in(on.web.post("/v1/auth/sign-up", form).json["access_token"])


def oversee(host: Traveller) -> None:
    """Lists the sent notifications of everybody and of one person; users without the right are refused."""
    place = "/v1/admin/notifications"
    user_id = host.get("/v1/me").json["id"]
    for query in ("", "?action=announcement", f"?user={user_id}", "?limit=1"):
        host.get(f"{place}{query}")
        host.get(f"{place}.csv{query}" if "limit" not in query else f"{place}.csv")

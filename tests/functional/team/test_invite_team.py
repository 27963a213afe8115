"""Staff invite people, who answer by their link; roles are listed, given up and taken away."""

from __future__ import annotations

import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.team.domain.invitation import LIFE_SECONDS, MOST_A_DAY, MOST_TO_ADDRESS
from tests.conftest import sign_up, verified
from tests.functional.builders import make_event
from tests.functional.cfp.test_review_proposal import NOWHERE, ROLES, grant
from tests.harness.client import Client, Reply

GUEST = "guest@example.org"


class Team:
    """An event and its owner, who invites."""

    def __init__(self, owner: Client) -> None:
        self.owner = verified(owner)
        self.event = make_event(owner).json["id"]
        self.place = f"/v1/events/{self.event}"

    def invite(self, email: str = GUEST, role: str = "moderator", *, by: Client | None = None, **how: Any) -> Reply:
        return (by or self.owner).post(f"{self.place}/invites", {"email": email, "role": role}, **how)

    def invites(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.owner.get(f"{self.place}/invites").json["items"]
        return items

    def roles(self) -> dict[str, str]:
        return {one["email"]: one["role"] for one in self.owner.get(f"{self.place}/roles").json["items"]}


@pytest.fixture
def team(organiser: Client) -> Team:
    return Team(organiser)


def mails(to: str = GUEST, user_id: str | None = None) -> list[dict[str, Any]]:
    """Queued invitations to an address, or to an account."""
    from chalicelib.notifications.adapters.items import MailItem

    found = [item.attribute_values for item in MailItem.scan() if item.sk == "MAIL"]
    mine = [one for one in found if one.get("action") == "event_role_invite"]
    return [one for one in mine if (one.get("user_id") == user_id if user_id else one["to"] == to)]


def link(to: str = GUEST, user_id: str | None = None) -> str:
    """The token in the mail of the newest invitation."""
    tokens = [re.findall(r"/invites/(\S+)", mail["text"])[0] for mail in mails(to, user_id)]
    return max(tokens, key=lambda token: token[26:52])


def account(anonymous: Client, email: str, *, proven: bool = True) -> Client:
    made = sign_up(anonymous, email)
    return verified(made) if proven else made


def test_invite_of_unknown_address_is_mailed_and_accepted_after_sign_up(team: Team, anonymous: Client) -> None:
    made = team.invite()
    assert (made.status, made.json["state"], made.json["email"], made.json["role"]) == (
        201,
        "pending",
        GUEST,
        "moderator",
    )
    assert set(made.json) == {"id", "email", "role", "session_id", "state", "created_at", "expires_at", "invited_by"}
    (mail,) = mails()
    assert mail["subject"] == "Invitation: Alpine Python Days"
    assert "invites you to the staff of Alpine Python Days, as moderator." in mail["text"]
    token = link()
    shown = anonymous.get(f"/v1/invites/{token}").json
    assert (shown["role"], shown["email"], shown["state"]) == ("moderator", "g…@example.org", "pending")
    guest = account(anonymous, GUEST, proven=False)
    accepted = guest.post(f"/v1/invites/{token}/accept")
    assert (accepted.status, accepted.json) == (200, {"event_id": team.event, "role": "moderator"})
    assert guest.get("/v1/me").json["verified"] is True
    assert guest.get("/v1/me/roles").json["items"] == [{"event_id": team.event, "role": "moderator"}]
    assert guest.get(f"{team.place}/sessions?view=all").status == 200
    assert team.roles()[GUEST] == "moderator"
    assert [one["state"] for one in team.invites()] == ["accepted"]
    assert guest.post(f"/v1/invites/{token}/accept").json == accepted.json


def test_invite_of_proven_account_is_in_its_inbox_and_language(team: Team, anonymous: Client) -> None:
    guest = account(anonymous, GUEST)
    guest.patch("/v1/me", {"language": "de"}, if_match="*")
    team.invite(role="registrar")
    (told,) = guest.get("/v1/notifications").json["items"]
    assert (told["action"], told["title"]) == ("event_role_invite", "Einladung: Alpine Python Days")
    assert "(Rolle: Einlass)" in told["message"]
    assert told["links"]["subject"] == f"/invites/{link(user_id=guest.user_id)}"
    assert mails() == []
    assert guest.post(f"/v1{told['links']['subject']}/accept").json["role"] == "registrar"


def test_mail_of_an_invitation_names_its_notification_however_the_clock_moves(
    team: Team, anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest, services = account(anonymous, GUEST), bootstrap.services()
    moments = itertools.count(services.clock.now(), 0.01)
    monkeypatch.setattr(services, "clock", SimpleNamespace(now=lambda: next(moments)))  # of what is built from now on
    team.invite()
    (told,) = guest.get("/v1/notifications").json["items"]
    assert [mail["notification_id"] for mail in mails(user_id=guest.user_id)] == [told["id"]]


def test_invite_of_unproven_account_is_told_to_the_mailbox_alone(team: Team, anonymous: Client) -> None:
    """Whoever opened an account with somebody else's address must not get at what that mailbox is sent."""
    squatter = account(anonymous, GUEST, proven=False)
    team.invite()
    assert squatter.get("/v1/notifications").json["items"] == []
    assert len(mails()) == 1


def test_invite_says_the_same_of_every_address(team: Team, anonymous: Client) -> None:
    account(anonymous, GUEST)
    known, unknown = team.invite().json, team.invite("nobody@example.org").json
    assert set(known) == set(unknown)
    assert {known[name] for name in ("role", "state", "invited_by")} == {
        unknown[name] for name in ("role", "state", "invited_by")
    }


def test_invite_as_one_wants_it(team: Team, anonymous: Client) -> None:
    guest = account(anonymous, GUEST)
    choice = {"event_role_invite": {"in_app": True, "mail": "off", "push": True}}
    assert guest.patch("/v1/me/notification-preferences", {"actions": choice}, if_match="*").status == 200
    team.invite()
    assert (len(guest.get("/v1/notifications").json["items"]), mails(), mails(user_id=guest.user_id)) == (1, [], [])


def test_accept_is_for_the_invited_address_alone(team: Team, anonymous: Client, stranger: Client) -> None:
    team.invite()
    token = link()
    refused = stranger.post(f"/v1/invites/{token}/accept")
    assert (refused.status, refused.json["code"]) == (403, "other_account")
    assert GUEST not in str(refused.json)
    assert stranger.post(f"/v1/invites/{token}/decline").json["code"] == "other_account"
    assert anonymous.post(f"/v1/invites/{token}/accept").status == 401
    assert (set(team.roles().values()), [one["state"] for one in team.invites()]) == ({"owner"}, ["pending"])


def test_accept_by_twenty_at_once_counts_once(team: Team, anonymous: Client) -> None:
    team.invite()
    guest, token = account(anonymous, GUEST, proven=False), link()
    with ThreadPoolExecutor(20) as threads:
        replies = list(threads.map(lambda _: guest.post(f"/v1/invites/{token}/accept"), range(20)))
    assert {(reply.status, reply.json["role"]) for reply in replies} == {(200, "moderator")}
    assert len(guest.get("/v1/me/roles").json["items"]) == 1


def test_accept_and_decline_at_once_end_in_one_of_them(team: Team, anonymous: Client) -> None:
    team.invite()
    guest, token = account(anonymous, GUEST), link()
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(lambda what: guest.post(f"/v1/invites/{token}/{what}").status, ("accept", "decline")))
    state = team.invites()[0]["state"]
    assert (state, done) in [("accepted", [200, 409]), ("declined", [409, 204])]
    assert (GUEST in team.roles()) is (state == "accepted")


def test_decline_needs_the_link_alone_and_is_final(team: Team, anonymous: Client) -> None:
    team.invite()
    token = link()
    assert [anonymous.post(f"/v1/invites/{token}/decline").status for _ in range(2)] == [204, 204]
    guest = account(anonymous, GUEST)
    late = guest.post(f"/v1/invites/{token}/accept")
    assert (late.status, late.json["code"], GUEST in team.roles()) == (409, "invite_declined", False)
    assert team.invite().status == 201  # but one may be asked again, by another link
    assert link(user_id=guest.user_id) != token
    assert guest.post(f"/v1/invites/{token}/accept").status == 404


def test_revoke_ends_the_link(team: Team, anonymous: Client) -> None:
    id = team.invite().json["id"]
    assert [team.owner.delete(f"{team.place}/invites/{id}").status for _ in range(2)] == [204, 204]
    guest = account(anonymous, GUEST)
    assert guest.post(f"/v1/invites/{link()}/accept").json["code"] == "invite_revoked"
    assert team.owner.post(f"{team.place}/invites/{id}/resend").json["code"] == "invite_revoked"


def test_accept_and_revoke_or_resend_at_once_end_in_one_of_them(team: Team, anonymous: Client) -> None:
    guest = account(anonymous, GUEST)
    for again in (False, True):
        id = team.invite().json["id"]
        token, place = link(user_id=guest.user_id), f"{team.place}/invites/{id}"

        def other(place: str = place, again: bool = again) -> int:
            return (team.owner.post(f"{place}/resend") if again else team.owner.delete(place)).status

        with ThreadPoolExecutor(2) as threads:
            accepted = threads.submit(lambda token=token: guest.post(f"/v1/invites/{token}/accept").status)
            done = (threads.submit(other).result(), accepted.result())
        state = team.invites()[0]["state"]
        assert (done, state) in [
            ((409, 200), "accepted"),
            *([((200, 200), "accepted")] if again else [((204, 409), "revoked")]),
        ]
        assert (GUEST in team.roles()) is (state == "accepted")
        if state == "accepted":
            assert guest.delete(f"{team.place}/roles/{guest.user_id}").status == 204


def test_invite_expires_and_lives_again_when_it_is_sent_again(team: Team, anonymous: Client) -> None:
    id = team.invite().json["id"]
    token, guest = link(), account(anonymous, GUEST)
    from chalicelib.team.adapters.dynamo import DynamoInvites, InviteItem

    (invite,) = DynamoInvites().of_event(team.event)
    from chalicelib.aws import dynamo_keys as keys
    from chalicelib.team.adapters import keys as team_keys

    item = InviteItem(*team_keys.invite(team.event, keys.digest(GUEST)))
    item.update([InviteItem.until.set(invite.until - LIFE_SECONDS - 1)])
    assert guest.get(f"/v1/invites/{token}").json["state"] == "expired"
    assert guest.post(f"/v1/invites/{token}/accept").json["code"] == "invite_expired"
    again = team.owner.post(f"{team.place}/invites/{id}/resend")
    assert (again.status, again.json["state"], link(user_id=guest.user_id)) == (200, "pending", token)
    assert guest.post(f"/v1/invites/{token}/accept").status == 200


def test_second_invite_of_an_address_is_refused_until_the_first_is_settled(team: Team) -> None:
    team.invite()
    again = team.invite(" Guest@Example.org ".strip(), "registrar")
    assert (again.status, again.json["code"], len(mails())) == (409, "already_invited", 1)
    assert team.invite(team.owner.get("/v1/me").json["email"], "owner").json["code"] == "already_staff"


def test_same_request_again_is_the_same_invitation(team: Team) -> None:
    first, again = (team.invite(idempotency_key="once") for _ in range(2))
    assert (first.json, len(team.invites()), len(mails())) == (again.json, 1, 1)


@pytest.mark.parametrize("role", ROLES)
def test_invite_and_list_are_for_who_manages_people(team: Team, stranger: Client, role: str | None) -> None:
    if role:
        grant(stranger, team.event, role)
    verified(stranger)
    may = role in ("owner", "organizer")
    edits = may or role in ("coorganizer", "track_organizer")  # who may invite speakers
    refused = 404 if role is None else 403
    asked = [
        team.invite(role="registrar", by=stranger).status,
        stranger.get(f"{team.place}/invites").status,
        stranger.post(f"{team.place}/invites/{NOWHERE}/resend").status,
        stranger.delete(f"{team.place}/invites/{NOWHERE}").status,
        stranger.delete(f"{team.place}/roles/{NOWHERE}").status,
    ]
    expected = [201, 200, 404, 404, 404] if may else [refused, 200, 404, 404, refused] if edits else [refused] * 5
    assert asked == expected
    assert stranger.get(f"{team.place}/roles").status == (404 if role is None else 200)


def test_nobody_takes_back_or_sends_again_what_is_above_their_own_role(team: Team, stranger: Client) -> None:
    grant(verified(stranger), team.event, "organizer")
    place = f"{team.place}/invites/{team.invite(role='owner').json['id']}"
    refused = [stranger.delete(place), stranger.post(f"{place}/resend")]
    assert [(one.status, one.json["code"]) for one in refused] == [(403, "above_own_role")] * 2


def test_inviter_who_is_removed_while_it_is_accepted_lets_nobody_in(
    team: Team, stranger: Client, anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant(verified(stranger), team.event, "organizer")
    team.invite(role="organizer", by=stranger)
    guest, token = account(anonymous, GUEST), link()
    invites = bootstrap.services().team.invitations
    answer = invites.answer

    def late(*given: Any, **how: Any) -> None:
        monkeypatch.undo()
        assert team.owner.delete(f"{team.place}/roles/{stranger.user_id}").status == 204
        answer(*given, **how)

    monkeypatch.setattr(invites, "answer", late)
    assert guest.post(f"/v1/invites/{token}/accept").json["code"] == "invite_expired"
    assert set(team.roles().values()) == {"owner"}


def test_link_that_is_open_no_more_tells_nothing_of_the_event(team: Team, anonymous: Client) -> None:
    id = team.invite().json["id"]
    token = link()
    assert team.owner.delete(f"{team.place}/invites/{id}").status == 204
    shown = anonymous.get(f"/v1/invites/{token}").json
    assert {name: shown[name] for name in ("event", "role", "session", "invited_by", "state")} == {
        "event": None,
        "role": None,
        "session": None,
        "invited_by": None,
        "state": "revoked",
    }


def test_nobody_grants_or_takes_more_than_they_hold(team: Team, stranger: Client) -> None:
    grant(verified(stranger), team.event, "organizer")
    refused = team.invite(role="owner", by=stranger)
    assert (refused.status, refused.json["code"]) == (403, "above_own_role")
    taken = stranger.delete(f"{team.place}/roles/{team.owner.user_id}")
    assert (taken.status, taken.json["code"]) == (403, "above_own_role")
    assert set(team.roles().values()) == {"owner", "organizer"}


def test_invite_by_an_unproven_account_is_refused(anonymous: Client) -> None:
    unproven = sign_up(anonymous)
    event = make_event(unproven).json["id"]
    reply = unproven.post(f"/v1/events/{event}/invites", {"email": GUEST, "role": "moderator"})
    assert (reply.status, reply.json["code"], mails()) == (403, "unverified", [])


def test_accept_of_less_leaves_an_owner_owner(team: Team, anonymous: Client) -> None:
    guest = account(anonymous, GUEST)
    team.invite(role="registrar")
    token = link(user_id=guest.user_id)
    grant(guest, team.event, "owner")
    assert guest.post(f"/v1/invites/{token}/accept").json["role"] == "owner"
    assert team.roles()[GUEST] == "owner"


def test_last_owner_stays_also_when_two_remove_each_other(team: Team, stranger: Client) -> None:
    assert team.owner.delete(f"{team.place}/roles/{team.owner.user_id}").json["code"] == "last_owner"
    for _ in range(5):
        grant(stranger, team.event, "owner")
        grant(team.owner, team.event, "owner")
        pairs = ((team.owner, stranger), (stranger, team.owner))
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda pair: pair[0].delete(f"{team.place}/roles/{pair[1].user_id}"), pairs))
        from chalicelib.accounts.adapters.items import RoleItem
        from chalicelib.aws import dynamo_keys as keys

        left = [one.role for one in RoleItem.query(*_prefix(keys.role_in_event(team.event, "")), consistent_read=True)]
        assert left == ["owner"]


def _prefix(key: tuple[str, str]) -> tuple[str, Any]:
    from chalicelib.accounts.adapters.items import RoleItem

    return key[0], RoleItem.sk.startswith(key[1])


def test_leave_gives_up_ones_own_role(team: Team, stranger: Client) -> None:
    grant(stranger, team.event, "registrar")
    assert stranger.delete(f"{team.place}/roles/{stranger.user_id}").status == 204
    assert stranger.get("/v1/me/roles").json["items"] == []


def test_invite_by_somebody_who_was_removed_is_good_for_nothing_until_it_is_sent_again(
    team: Team, stranger: Client, anonymous: Client
) -> None:
    """A removed organiser must not come back by an invitation they sent themselves before."""
    grant(verified(stranger), team.event, "organizer")
    id = team.invite(role="organizer", by=stranger).json["id"]
    guest, token = account(anonymous, GUEST), link()
    for role in (None, "coorganizer"):
        if role is None:
            assert team.owner.delete(f"{team.place}/roles/{stranger.user_id}").status == 204
        else:
            grant(stranger, team.event, role)
        assert guest.get(f"/v1/invites/{token}").json["state"] == "expired"
        assert guest.post(f"/v1/invites/{token}/accept").json["code"] == "invite_expired"
        assert [one["state"] for one in team.invites()] == ["expired"]
    assert team.owner.post(f"{team.place}/invites/{id}/resend").json["state"] == "pending"
    assert guest.post(f"/v1/invites/{token}/accept").json["role"] == "organizer"


def test_invite_by_somebody_who_was_removed_makes_room_for_another(team: Team, stranger: Client) -> None:
    grant(verified(stranger), team.event, "organizer")
    team.invite(by=stranger)
    old = link()
    assert team.owner.delete(f"{team.place}/roles/{stranger.user_id}").status == 204
    assert team.invite(role="registrar").status == 201
    assert ([one["role"] for one in team.invites()], link() != old) == (["registrar"], True)
    assert team.owner.get(f"/v1/invites/{old}").status == 404


def test_invite_to_an_event_that_is_gone_is_gone(team: Team, anonymous: Client) -> None:
    team.invite()
    token, guest = link(), account(anonymous, GUEST)
    assert team.owner.delete(team.place, if_match="*").status == 204
    assert guest.get(f"/v1/invites/{token}").status == 404
    assert guest.post(f"/v1/invites/{token}/accept").status == 404
    assert guest.get("/v1/me/roles").json["items"] == []


def test_delete_event_takes_its_roles_and_invitations_along_and_no_others(team: Team, stranger: Client) -> None:
    other = Team(verified(stranger))
    for one in (team, other):
        one.invite()
    grant(stranger, team.event, "moderator")
    removed = Change(ChangeKind.REMOVED, "EVENT", f"EVENT#{team.event}", {}, None)
    services = bootstrap.services()
    for _ in range(2):
        services.team.delete_members.on_changes([removed])
    roster, invitations = services.team.roster, services.team.invitations
    assert (roster.holders(team.event), invitations.of_event(team.event)) == ([], [])
    assert services.accounts.credentials.find_role(stranger.user_id, team.event) is None
    assert (len(roster.holders(other.event)), len(invitations.of_event(other.event))) == (1, 1)


def test_token_that_was_made_up_or_altered_is_as_absent_as_any(team: Team, anonymous: Client) -> None:
    team.invite()
    token = link()
    wrong = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[:-1],
        f"{token}A",
        NOWHERE + token[26:],
        "x",
        "%00",
        "ä",
        "a" * 2_000,
    ]
    swapped = token[26:52] + token[:26] + token[52:]
    assert {anonymous.get(f"/v1/invites/{one}").status for one in [*wrong, swapped]} == {404}
    assert {anonymous.post(f"/v1/invites/{one}/decline").status for one in wrong} == {404}
    assert team.invites()[0]["state"] == "pending"


def test_invites_are_so_many_a_day(team: Team) -> None:
    services = bootstrap.services()
    now = int(services.clock.now())
    subject = f"invites by {team.owner.user_id}"
    services.accounts.attempts.count_attempt(subject, now=now, window=86_400, by=MOST_A_DAY)
    assert (team.invite().status, mails()) == (429, [])


def test_invites_to_one_address_are_so_many_a_day_whoever_sends_them(team: Team, organiser: Client) -> None:
    id = team.invite().json["id"]
    again = [team.owner.post(f"{team.place}/invites/{id}/resend").status for _ in range(MOST_TO_ADDRESS)]
    assert again == [200] * (MOST_TO_ADDRESS - 1) + [429]
    other = make_event(organiser).json["id"]
    assert organiser.post(f"/v1/events/{other}/invites", {"email": GUEST, "role": "moderator"}).status == 429
    assert len(mails()) == MOST_TO_ADDRESS


def test_invite_that_is_refused_counts_for_nothing(team: Team) -> None:
    team.invite()
    assert {team.invite().status for _ in range(MOST_TO_ADDRESS + 5)} == {409}


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ({"role": "moderator"}, "/email"),
        ({"email": "x", "role": "moderator"}, "/email"),
        ({"email": "a@example.org\r\nBcc: b@example.org", "role": "moderator"}, "/email"),
        ({"email": GUEST, "role": "king"}, "/role"),
        ({"email": GUEST}, "/role"),
        ({"email": "straße@example.org", "role": "moderator"}, "/email"),
        ({"email": "x＠example.org，y@example.com", "role": "moderator"}, "/email"),
        ({"email": GUEST, "role": "moderator", "state": "accepted"}, "/state"),
    ],
)
def test_invite_that_is_none_is_refused(team: Team, form: Any, pointer: str) -> None:
    reply = team.owner.post(f"{team.place}/invites", form)
    assert (reply.status in (400, 422), [one["pointer"] for one in reply.json["errors"]]) == (True, [pointer])
    assert team.invites() == []


@pytest.mark.parametrize("name", ["https://evil.example", "<b>Eve</b>", "evil.example"])
def test_name_of_who_invites_makes_no_link_and_no_markup(team: Team, anonymous: Client, name: str) -> None:
    team.owner.patch("/v1/me", {"name": name}, if_match="*")
    team.invite()
    assert "evil.example" not in mails()[0]["text"] + mails()[0]["html"]
    assert "<b>" not in mails()[0]["html"]


def test_no_token_and_no_address_is_logged(team: Team, anonymous: Client, caplog: pytest.LogCaptureFixture) -> None:
    team.invite()
    token = link()
    anonymous.get(f"/v1/invites/{token}")
    anonymous.post(f"/v1/invites/{token}/decline")
    assert token not in caplog.text
    assert GUEST not in caplog.text

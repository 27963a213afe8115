"""Unsubscribe links in mails: RFC 8058, without sign-in, revealing nothing."""

import base64

import pytest

from chalicelib import bootstrap
from chalicelib.notifications.domain.notification import Mail
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.client import Client, Reply
from tests.integration.conftest import FakeMailer, Person, react
from tests.integration.mail_steps import (
    NEWS,
    PLACE,
    choose,
    collect,
    open_account,
    queue,
    stored,
    to_user,
)

ONE_CLICK = b"List-Unsubscribe=One-Click"


def sent(database: DatabaseEndpoint, mailer: FakeMailer, mail: Mail) -> dict[str, str]:
    """Sends a mail and returns its headers."""
    queue(mail)
    react(database)
    return dict(mailer.sent[-1].headers)


def link(headers: dict[str, str]) -> str:
    """Returns the path that a mail program posts to."""
    url = headers["List-Unsubscribe"]
    path = url.removeprefix("<http://127.0.0.1:8000/api").removesuffix(">")
    assert url == f"<http://127.0.0.1:8000/api{path}>"
    return path


def click(client: Client, path: str) -> Reply:
    """Sends the request of a mail program: a form without credentials."""
    return client.request("POST", path, raw=ONE_CLICK, content_type="application/x-www-form-urlencoded")


def test_mail_that_can_be_refused_says_how_in_headers_and_foot(
    database: DatabaseEndpoint, mailer: FakeMailer, ada: Person
) -> None:
    open_account(ada)
    headers = sent(database, mailer, to_user(ada.id))
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = link(headers).rpartition("/")[2]
    foot = f"No more mails about announcements of organisers: http://127.0.0.1:8000/unsubscribe/{token}\n"
    assert foot in mailer.sent[-1].text
    assert f'href="http://127.0.0.1:8000/unsubscribe/{token}"' in mailer.sent[-1].html


@pytest.mark.parametrize("action", [None, "order_paid", "order_refunded", "tickets_offered"])
def test_mail_that_everybody_needs_has_no_way_to_refuse_it(
    database: DatabaseEndpoint, mailer: FakeMailer, action: str | None
) -> None:
    assert sent(database, mailer, NEWS._replace(action=action)) == {}
    assert "unsubscribe" not in mailer.sent[-1].text + mailer.sent[-1].html


def test_click_switches_off_this_topic_of_this_user_alone(
    database: DatabaseEndpoint, mailer: FakeMailer, ada: Person, anonymous: Client
) -> None:
    open_account(ada)
    choose(ada, {"digest_hour": 20})
    before = ada.client.get(PLACE).json
    path = link(sent(database, mailer, to_user(ada.id)))
    assert [click(anonymous, path).status for _ in range(3)] == [200, 200, 200]
    expected = {**before["actions"], "announcement": {**before["actions"]["announcement"], "mail": "off"}}
    assert ada.client.get(PLACE).json == {**before, "actions": expected}
    mail_id = queue(to_user(ada.id, key="another"))
    react(database)
    assert stored(mail_id).state == "unsubscribed"


def test_click_in_a_mail_to_an_account_holds_for_what_its_address_bought_as_a_guest(
    database: DatabaseEndpoint, mailer: FakeMailer, ada: Person, anonymous: Client
) -> None:
    open_account(ada)
    click(anonymous, link(sent(database, mailer, NEWS._replace(user_id=ada.id))))
    as_guest = queue(NEWS._replace(key="as a guest"))
    choose(ada, {"actions": {"announcement": {"mail": "each"}}})
    as_user = queue(NEWS._replace(key="as a user", user_id=ada.id))
    react(database)
    assert [stored(id).state for id in (as_guest, as_user)] == ["unsubscribed", "sent"]


def test_click_of_somebody_without_an_account_is_remembered_by_address(
    database: DatabaseEndpoint, mailer: FakeMailer, anonymous: Client
) -> None:
    click(anonymous, link(sent(database, mailer, NEWS)))
    refused = queue(NEWS._replace(key="2", to="GUEST@example.org"))
    other_topic = queue(NEWS._replace(key="3", action="order_expired"))
    other_address = queue(NEWS._replace(key="4", to="other@example.org"))
    react(database)
    states = [stored(id).state for id in (refused, other_topic, other_address)]
    assert states == ["unsubscribed", "sent", "sent"]


def test_click_in_a_digest_switches_off_what_it_collects(
    database: DatabaseEndpoint, mailer: FakeMailer, services: bootstrap.Services, ada: Person, anonymous: Client
) -> None:
    open_account(ada)
    choose(ada, {"actions": {"announcement": {"mail": "digest"}}})
    collect(ada.id, digest_at=int(services.clock.now()) - 60)
    services.mail.sweep_due.run()
    react(database)
    click(anonymous, link(dict(mailer.sent[-1].headers)))
    mails = {name: one["mail"] for name, one in ada.client.get(PLACE).json["actions"].items()}
    assert {name for name, mail in mails.items() if mail == "digest"} == set()
    assert (mails["announcement"], mails["submission_received"], mails["order_expired"]) == ("off", "off", "each")


def test_look_at_the_page_changes_nothing_and_says_only_the_topic(
    database: DatabaseEndpoint, mailer: FakeMailer, ada: Person, anonymous: Client
) -> None:
    open_account(ada)
    path = link(sent(database, mailer, to_user(ada.id)))
    before = ada.client.get(PLACE).json
    for method in ("HEAD", "GET"):
        page = anonymous.request(method, f"/pages/unsubscribe/{path.rpartition('/')[2]}")
        assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    text = page.body.decode()
    assert f'<form method="post" action="/api{path}">' in text
    assert "announcements of organisers" in text
    assert not [word for word in ("ada", "Ada", ada.id, "News") if word in text.replace(path, "")]
    assert anonymous.request("GET", path).status == 405
    assert ada.client.get(PLACE).json == before


def test_link_that_was_made_up_or_altered_is_refused_alike(
    database: DatabaseEndpoint, mailer: FakeMailer, anonymous: Client
) -> None:
    token = link(sent(database, mailer, NEWS)).rpartition("/")[2]
    raw = bytearray(base64.urlsafe_b64decode(token))
    raw[-1] ^= 1
    altered = base64.urlsafe_b64encode(bytes(raw)).decode()
    raw[-1] ^= 1
    raw[0] ^= 1
    other_mail = base64.urlsafe_b64encode(bytes(raw)).decode()
    for wrong in (altered, other_mail, token[:-4], "x", "a" * 500, "ä", "%00"):
        posted = click(anonymous, f"/v1/unsubscribes/{wrong}")
        assert (posted.status, posted.json["code"]) == (404, "token_not_valid")
        assert anonymous.get(f"/pages/unsubscribe/{wrong}").status == 404
    mail_id = queue(NEWS._replace(key="2"))
    react(database)
    assert stored(mail_id).state == "sent"


def test_link_signed_by_an_older_key_still_works(
    database: DatabaseEndpoint, mailer: FakeMailer, services: bootstrap.Services, anonymous: Client
) -> None:
    path = link(sent(database, mailer, NEWS))
    services.keys.token_keys = {"k2": "f" * 64, **services.keys.token_keys}
    assert click(anonymous, path).status == 200
    services.keys.token_keys = {"k2": "f" * 64}
    assert click(anonymous, path).status == 404

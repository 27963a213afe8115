"""Mailbox and the runner's own pages."""

import json
from email.message import EmailMessage

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from local.demo.demo import DemoAccount
from local.events.failures import FailureFile
from local.events.mail_events import KINDS
from local.events.timers import Timer
from local.gateway.gateway import Gateway
from local.gateway.handlers import schedules
from local.gateway.servers import listen, serving
from local.mail.mailbox import Mailbox
from local.site.mount_apps import mount_apps
from local.site.site import LocalSite
from local.websocket.sockets import SocketGateway

pytestmark = pytest.mark.enable_socket

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>"></iframe><b onclick=alert(3)>'


@pytest.fixture
def resets():
    return []


@pytest.fixture
def told():
    """A list of mail results: recipient and result."""
    return []


@pytest.fixture
def site(sample, tmp_path, resets, told):
    def reset():
        resets.append("reset")
        return [DemoAccount("organiser", "o@example.org", "demo")]

    return LocalSite(
        mailbox=Mailbox(tmp_path / "mail.jsonl", lambda mail, kind: told.append((mail["to"], kind))),
        sockets=SocketGateway({}),
        failures=FailureFile(None),
        reset=reset,
        timers=[Timer(schedule) for schedule in schedules(sample.app, sample)],
        accounts=[DemoAccount("attendee", "a@example.org", HOSTILE)],
    )


@pytest.fixture
def origin(sample, static_dir, site):
    gateway = Gateway(sample.app, static_dir=static_dir)
    with serving(mount_apps(gateway, site, site.sockets), listen()) as url:
        yield url
    gateway.close()


@pytest.fixture
def ses(origin):
    return boto3.client(
        "sesv2",
        endpoint_url=f"{origin}/_local/ses",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
    )


def send(ses, *, subject: str = "Hello", text: str = "See https://example.org/x?a=1.", html: str = "<p>Hi</p>"):
    content = {"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": text}, "Html": {"Data": html}}}}
    destination = {"ToAddresses": ["Ann@example.org"]}
    return ses.send_email(FromEmailAddress="shop@example.org", Destination=destination, Content=content)["MessageId"]


def test_simple_mail_is_kept(origin, ses, tmp_path):
    id = send(ses)
    (mail,) = httpx.get(f"{origin}/_local/mail.json").json()["items"]
    assert mail["id"] == id
    assert (mail["from"], mail["to"], mail["subject"]) == ("shop@example.org", ["Ann@example.org"], "Hello")
    assert (mail["text"], mail["html"]) == ("See https://example.org/x?a=1.", "<p>Hi</p>")
    assert [mail["id"] for mail in Mailbox(tmp_path / "mail.jsonl").all()] == [id]


def test_raw_mail_is_kept_with_its_parts(origin, ses):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.org", "Ann <ann@example.org>", "Täst"
    message.set_content("plain")
    message.add_alternative("<p>rich</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="ticket.pdf")
    ses.send_email(Content={"Raw": {"Data": message.as_bytes()}})
    (mail,) = httpx.get(f"{origin}/_local/mail.json").json()["items"]
    assert (mail["subject"], mail["to"]) == ("Täst", ["ann@example.org"])
    assert (mail["text"].strip(), mail["html"].strip()) == ("plain", "<p>rich</p>")
    assert mail["attachments"] == ["ticket.pdf"]


def test_mail_can_be_asked_for_by_address_newest_first(origin, ses):
    send(ses, subject="one")
    send(ses, subject="two")
    found = httpx.get(f"{origin}/_local/mail.json?to=ann@example.org").json()["items"]
    assert [mail["subject"] for mail in found] == ["two", "one"]
    assert httpx.get(f"{origin}/_local/mail.json?to=bob@example.org").json() == {"items": []}


def test_unsendable_mail_is_refused(ses):
    with pytest.raises(ClientError) as refusal:
        send(ses, subject="a\r\nBcc: x@example.org")
    assert refusal.value.response["Error"]["Code"] == "BadRequestException"


def test_mail_with_a_header_of_two_lines_is_refused(ses):
    headers = [{"Name": "List-Unsubscribe", "Value": "<https://x.example/>\r\nBcc: x@example.org"}]
    content = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}, "Headers": headers}
    with pytest.raises(ClientError) as refusal:
        ses.send_email(
            FromEmailAddress="shop@example.org",
            Destination={"ToAddresses": ["ann@example.org"]},
            Content={"Simple": content},
        )
    assert refusal.value.response["Error"]["Code"] == "BadRequestException"


def test_mailbox_page_shows_headers_text_and_html_apart(origin, ses):
    headers = [{"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"}]
    body = {"Text": {"Data": "plain words"}, "Html": {"Data": "<p>rich words</p>"}}
    ses.send_email(
        FromEmailAddress="shop@example.org",
        Destination={"ToAddresses": ["ann@example.org"]},
        Content={"Simple": {"Subject": {"Data": "s"}, "Body": body, "Headers": headers}},
    )
    text = httpx.get(f"{origin}/_local/mail").text
    assert "<th>List-Unsubscribe-Post</th><td>List-Unsubscribe=One-Click</td>" in text
    assert "<pre>plain words</pre>" in text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="' in text
    assert "<p>rich words" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_mail_can_be_returned(origin, ses, told, kind):
    id = send(ses)
    answer = httpx.post(f"{origin}/_local/mail/{id}/{kind}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/_local/mail")
    assert told == [(["Ann@example.org"], kind)]


def test_mail_that_is_not_there_cannot_be_returned(origin, ses, told):
    id = send(ses)
    paths = [f"{id}/vanish", "nothing/bounce", id, f"{id}/bounce/x"]
    assert [httpx.post(f"{origin}/_local/mail/{path}").status_code for path in paths] == [404] * 4
    elsewhere = httpx.post(f"{origin}/_local/mail/{id}/bounce", headers={"Origin": "https://evil.example"})
    assert (elsewhere.status_code, told) == (403, [])


def test_hostile_mail_never_runs(origin, ses):
    send(ses, subject=HOSTILE, text=HOSTILE, html=HOSTILE)
    answer = httpx.get(f"{origin}/_local/mail")
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "<b onclick" not in answer.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in answer.text
    assert answer.headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'unsafe-inline'; img-src"
    )


def test_index_links_to_everything_and_escapes(origin):
    page = httpx.get(f"{origin}/_local/").text
    for piece in ("/_local/mail", "/api/docs", "every_minute", "a@example.org", "/_local/reset"):
        assert piece in page
    assert "<script" not in page


def test_reset_calls_back_and_tells_the_accounts(origin, resets):
    answer = httpx.post(f"{origin}/_local/reset")
    assert answer.json() == {"accounts": ["o@example.org"]}
    assert resets == ["reset"]
    assert "o@example.org" in httpx.get(f"{origin}/_local/").text
    browser = httpx.post(f"{origin}/_local/reset", headers={"Accept": "text/html"})
    assert (browser.status_code, browser.headers["location"]) == (303, "/_local/")


def test_other_sites_may_not_change_anything(origin, resets):
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}):
        assert httpx.post(f"{origin}/_local/reset", headers=headers).status_code == 403
    assert httpx.get(f"{origin}/_local/mail.json", headers={"Host": "evil.example:8000"}).status_code == 403
    assert httpx.get(f"{origin}/_local/reset").status_code == 405
    assert resets == []


def test_answers_of_the_runner_itself_are_not_stored(origin):
    for path in ("", "mail.json", "nothing"):
        assert httpx.get(f"{origin}/_local/{path}").headers["cache-control"] == "no-store"
    assert httpx.get(f"{origin}/_local", follow_redirects=True).url == f"{origin}/_local/"


def test_body_over_the_gateways_limit_is_413_here_too(origin):
    path = f"{origin}/_local/ses/v2/email/outbound-emails"
    assert httpx.post(path, content=b"x" * (10 * 1024 * 1024 + 1)).status_code == 413
    assert httpx.get(f"{origin}/_local/mail.json").json() == {"items": []}


def test_timer_can_be_run_by_hand(origin, sample):
    assert httpx.post(f"{origin}/_local/timers/nightly").json() == {"succeeded": True}
    assert len(sample.timer_events) == 1
    assert httpx.post(f"{origin}/_local/timers/none").status_code == 404


def test_damaged_line_in_the_mail_file_is_skipped(tmp_path):
    file = tmp_path / "mail.jsonl"
    file.write_text(json.dumps({"id": "1", "to": []}) + "\n" + '{"id": "2", "t')
    assert [mail["id"] for mail in Mailbox(file).all()] == ["1"]

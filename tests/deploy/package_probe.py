"""Stands in for a Lambda function: run by test_package.py in a bare interpreter that sees only the unpacked package.

Prints what became of each use that the product makes of a library, as JSON. No AWS and no Stripe is behind it: what
must reach the network has to fail there, and not on the way for want of a file.
"""

import json
import sys
import threading
import time
import traceback
import zoneinfo
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

_REFUND = {
    "id": "re_1",
    "object": "refund",
    "amount": 500,
    "currency": "eur",
    "status": "succeeded",
    "created": 1_800_000_100,
}
_SESSION = {
    "id": "cs_1",
    "object": "checkout.session",
    "status": "complete",
    "payment_status": "paid",
    "livemode": False,
    "client_reference_id": "o1",
    "amount_total": 2500,
    "currency": "eur",
    "customer": {"id": "cus_1", "object": "customer"},
    "url": "https://stripe.example/cs_1",
    "payment_intent": {
        "id": "pi_1",
        "object": "payment_intent",
        "status": "succeeded",
        "latest_charge": {
            "id": "ch_1",
            "object": "charge",
            "amount": 2500,
            "currency": "eur",
            "status": "succeeded",
            "livemode": False,
            "created": 1_800_000_000,
            "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
            "balance_transaction": {
                "id": "txn_1",
                "object": "balance_transaction",
                "type": "charge",
                "amount": 2500,
                "created": 1_800_000_000,
                "fee": 60,
                "net": 2440,
                "currency": "eur",
            },
            "refunds": {"object": "list", "data": [_REFUND], "has_more": False},
            "disputed": False,
        },
    },
}


class _Stripe(BaseHTTPRequestHandler):
    """Answers as Stripe's API would, from one session."""

    def do_GET(self):
        charge = _SESSION["payment_intent"]["latest_charge"]
        self._answer({"/v1/checkout/sessions/cs_1": _SESSION, "/v1/charges/ch_1": charge}.get(self.path.split("?")[0]))

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"/v1/checkout/sessions": _SESSION, "/v1/checkout/sessions/cs_1/expire": _SESSION}.get(self.path))

    def _answer(self, found):
        refusal = {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No such object"}}
        body = json.dumps(found or refusal).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Quietly."""


def answers_a_route():
    answer = _ask("GET", "/v1/openapi.json")
    assert answer["statusCode"] == 200, answer
    assert json.loads(answer["body"])["openapi"].startswith("3.")


def answers_a_page():
    assert "<html" in _ask("GET", "/docs")["body"]


def refuses_a_form():
    body = '{"email": 1, "password": "x", "name": "y"}'
    assert _ask("POST", "/v1/auth/sign-up", body)["statusCode"] == 422


def reads_a_table_in_vain():
    answer = _ask("GET", "/v1/events/{event}", parameters={"event": "01ARZ3NDEKTSV4RRFFQ69G5FAV"})
    assert answer["statusCode"] == 503, answer


def writes_a_table_in_vain():
    from pynamodb.exceptions import PutError

    from chalicelib.aws import dynamo_tables as tables

    assert "Could not connect" in str(_failure(tables.ContentTable("pk", "sk").save, PutError))


def finds_endpoints():
    import botocore.session

    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    session.set_config_variable("ignore_configured_endpoint_urls", True)

    def url(service, region):
        return session.create_client(service, region_name=region).meta.endpoint_url

    assert url("dynamodb", "eu-central-1") == "https://dynamodb.eu-central-1.amazonaws.com"
    assert url("dynamodb", "cn-north-1") == "https://dynamodb.cn-north-1.amazonaws.com.cn"
    assert url("sesv2", "us-gov-west-1") == "https://email.us-gov-west-1.amazonaws.com"
    assert url("apigatewaymanagementapi", "eu-west-1") == "https://execute-api.eu-west-1.amazonaws.com"


def sends_mail_in_vain():
    from chalicelib.core.errors import UpstreamFailed
    from chalicelib.mail.adapters.ses import SesMailer
    from chalicelib.mail.ports import Claimed

    mailer = SesMailer(region="us-east-1", sender="a@marquee.example")
    error = _failure(lambda: mailer.send(Claimed("b@marquee.example", "s", "t", "<p>h</p>")), UpstreamFailed)
    assert type(error.__cause__).__name__ == "EndpointConnectionError", repr(error.__cause__)


def pushes_in_vain():
    from chalicelib.live.adapters.api_gateway import SocketPusher
    from chalicelib.live.ports import Connection

    connection = Connection("c1", "u1", "f1", "http://127.0.0.1:9", 0)
    pushed = SocketPusher(region="us-east-1", sleep=lambda _: None).push([connection], ["{}"])
    assert pushed.failed == [connection], pushed


def writes_to_a_browser():
    from chalicelib.push.adapters import encryption

    key = encryption.new_private_key()
    browser = encryption.public_text(encryption.private_key(encryption.new_private_key()))
    body = encryption.encrypt(b"news", p256dh=browser, auth=encryption.encode(bytes(16)))
    assert len(body) == 86 + 4 + 1 + 16, len(body)
    assert encryption.token({"aud": "https://push.example"}, encryption.private_key(key)).count(".") == 2


def cannot_reach_stripe():
    from chalicelib.core.errors import UpstreamFailed
    from chalicelib.payments.adapters import stripe as stripe_gateway

    stripe_gateway.RETRIES = 0
    gateway = stripe_gateway.StripeGateway(secret_key="sk_test_x", api_base="http://127.0.0.1:9")
    operations = (
        lambda: gateway.read_payment("cs_1"),
        lambda: gateway.read_payment("ch_1"),
        lambda: gateway.close_checkout("cs_1"),
        lambda: gateway.open_checkout(_request()),
    )
    for operation in operations:
        error = _failure(operation, UpstreamFailed)
        assert type(error.__cause__).__name__ == "APIConnectionError", repr(error.__cause__)


def pays_by_stripe():
    from chalicelib.payments.adapters.stripe import StripeGateway

    server = HTTPServer(("127.0.0.1", 0), _Stripe)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    gateway = StripeGateway(secret_key="sk_test_x", api_base=f"http://127.0.0.1:{server.server_port}")
    assert gateway.open_checkout(_request()).id == "cs_1"
    assert gateway.read_payment("cs_1").charge.net == 2440
    assert gateway.read_payment("ch_1").charge.method.last4 == "4242"
    assert gateway.read_payment("cs_2") is None
    assert gateway.close_checkout("cs_1")
    assert gateway.close_checkout("cs_2")
    server.shutdown()


def prints_tickets():
    from importlib.util import find_spec

    from chalicelib.tickets.pdf.draw import tickets_pdf
    from chalicelib.tickets.pdf.page import TicketPage
    from chalicelib.tickets.pdf.qr import qr_svg

    assert find_spec("PIL") is None, "the probe is of the layer without Pillow"
    page = TicketPage("Event", "Time", "", "Day ticket", "Ἑλένη Жукова 山田 สมชาย", "Ticket 1", "01J-1", "01J-1-ABC")
    assert tickets_pdf([page], title="Event").startswith(b"%PDF-")
    assert "PIL" not in sys.modules
    assert qr_svg("01J-1-ABC", title="x").startswith("<?xml")


def hashes_passwords():
    from chalicelib.accounts.adapters.argon2 import Argon2Passwords

    passwords = Argon2Passwords()
    assert passwords.matches(passwords.hash_password("tea"), "tea")
    assert not passwords.matches(passwords.hash_password("tea"), "coffee")


def signs_tokens():
    from chalicelib.accounts.adapters.jwt import AccessTokens
    from chalicelib.core.principal import Principal

    tokens, principal = AccessTokens({"k": "x" * 32}, "issuer"), Principal("u1", "f1")
    assert tokens.verify_token(tokens.issue_token(principal, now=time.time())[0], now=time.time()) == principal


def cleans_html():
    from chalicelib.core.text import sanitise

    assert sanitise("<p onclick='x'>a<script>b</script></p>") == "<p>a</p>"


def tells_time():
    import humanize

    zoneinfo.reset_tzpath(to=())
    assert humanize.naturaltime(180) == "3 minutes ago"
    assert "Europe/Berlin" in zoneinfo.available_timezones()
    assert datetime(2027, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).utcoffset().seconds == 7200


def knows_its_versions():
    import importlib.metadata

    assert importlib.metadata.version("botocore").startswith("1.")
    assert importlib.metadata.version("argon2-cffi")


def compiles_nothing():
    """Every module that was loaded so far came from the package, and from bytecode that is taken unchecked."""
    package = [name for name in sys.path if not name.startswith((sys.base_prefix, sys.base_exec_prefix))]
    loaded = [module for module in list(sys.modules.values()) if str(getattr(module, "__file__", "")).endswith(".py")]
    ours = [module for module in loaded if module.__file__.startswith(tuple(package)) and module.__name__ != "__main__"]
    assert len(ours) > 300, len(ours)
    for module in ours:
        with open(module.__cached__, "rb") as file:
            assert int.from_bytes(file.read(8)[4:], "little") == 0b01, module
    strangers = [module.__file__ for module in loaded if "/site-packages/" in module.__file__ and module not in ours]
    assert not strangers, strangers


def _failure(call, expected):
    try:
        call()
    except expected as error:
        return error
    raise AssertionError("somebody answered")


def _request():
    from chalicelib.core.money import Money
    from chalicelib.orders.domain.order import Buyer, Line, Order, OrderLinks
    from chalicelib.orders.domain.order_state import OrderState
    from chalicelib.payments.ports import CheckoutRequest

    now, price = datetime.now(UTC), Money(amount=2500, currency="EUR")
    order = Order(
        id="o1",
        event_id="e1",
        state=next(iter(OrderState)),
        lines=[Line(ticket_type_id="t1", name="Regular", quantity=1, price=price)],
        total=price,
        buyer=Buyer(name="Ada", email="ada@marquee.example"),
        created_at=now,
        updated_at=now,
        links=OrderLinks(self_="/v1/orders/o1", payment="/v1/orders/o1/payment"),
    )
    return CheckoutRequest(order, 1, 1_800_000_000, "https://marquee.example/paid", "https://marquee.example/pay")


def _ask(method, path, body=None, parameters=None):
    import app

    headers = {"content-type": "application/json", "accept": "*/*"}
    context = {"httpMethod": method, "resourcePath": path, "requestId": "r", "identity": {"sourceIp": "127.0.0.1"}}
    event = {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "multiValueQueryStringParameters": None,
        "queryStringParameters": None,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": False,
    }
    return app.app(json.loads(json.dumps(event)), None)


USES = (
    answers_a_route,
    answers_a_page,
    refuses_a_form,
    reads_a_table_in_vain,
    writes_a_table_in_vain,
    finds_endpoints,
    sends_mail_in_vain,
    pushes_in_vain,
    writes_to_a_browser,
    cannot_reach_stripe,
    pays_by_stripe,
    prints_tickets,
    hashes_passwords,
    signs_tokens,
    cleans_html,
    tells_time,
    knows_its_versions,
    compiles_nothing,
)


def _outcome(use):
    try:
        use()
    except BaseException:  # noqa: BLE001 - whatever it was, it is told and the next use is tried
        return traceback.format_exc()[-1500:]
    return "ok"


if __name__ == "__main__":
    sys.path[:] = [*sys.argv[1:], *sys.path]
    print(json.dumps({use.__name__: _outcome(use) for use in USES}))

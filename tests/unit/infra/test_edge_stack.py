"""Properties of infra/stacks/edge.yaml: the origin of each path, caching, headers, and the webhook's API."""

import json
import re
import subprocess
from fnmatch import fnmatchcase
from typing import Any

import pytest

from chalicelib.api.endpoint import ORIGIN_HEADER, VISITOR_HEADER
from chalicelib.routes import pages
from infra.deploy.parameters import digest, new_origin_secret
from infra.website import folder_of
from local.gateway.static_files import StaticFiles
from tests.harness.node import NODE, needs_node
from tests.unit.infra.templates import FOLDER, STAGE, deployed, read

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""AWS's managed policies:
docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
"""
PUBLIC = folder_of(FOLDER.parents[1])


def _config(**parameters: str) -> dict[str, Any]:
    config: dict[str, Any] = deployed("edge", **parameters).resources["Distribution"].properties["DistributionConfig"]
    return config


def _behaviours() -> dict[str, dict[str, Any]]:
    config = _config()
    return {one["PathPattern"]: one for one in config["CacheBehaviors"]} | {"default": config["DefaultCacheBehavior"]}


def _cache(name: str) -> dict[str, Any]:
    config: dict[str, Any] = deployed("edge").resources[name].properties["CachePolicyConfig"]
    return config


def _answered_by(path: str) -> dict[str, Any]:
    """Returns the cache behaviour that CloudFront uses for a path."""
    behaviours = _behaviours()
    return next((one for pattern, one in behaviours.items() if fnmatchcase(path, pattern)), behaviours["default"])


def test_behaviours_go_from_the_narrow_to_the_wide() -> None:
    assert list(_behaviours()) == [
        "/api/v1/stripe/webhook",
        "/api/v1/auth/*",
        "/api/*",
        "*.*",
        "default",
    ]


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/", "api"),
        ("/e/pyconf", "api"),
        ("/api/v1/events", "api"),
        ("/api/v1/openapi.json", "api"),
        ("/api/v1/auth/sign-in", "api"),
        ("/api/v1/stripe/webhook", "webhook"),
        ("/static/js/public/site.js", "website"),
        ("/robots.txt", "website"),
    ],
)
def test_path_is_answered_by_its_origin(path: str, origin: str) -> None:
    assert _answered_by(path)["TargetOriginId"] == origin


@pytest.mark.parametrize("path", ["/api/v1/auth/sign-in", "/api/v1/auth/password/reset", "/api/v1/stripe/webhook"])
def test_secrets_are_never_kept(path: str) -> None:
    behaviour = _answered_by(path)
    assert behaviour["CachePolicyId"] == CACHING_DISABLED
    assert behaviour["OriginRequestPolicyId"] == ALL_BUT_HOST


def test_api_answers_are_kept_for_each_caller_as_long_as_they_say() -> None:
    behaviour, policy = _answered_by("/api/v1/events"), _cache("ApiCaching")
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert behaviour["CachePolicyId"] == "<ApiCaching>"
    assert behaviour["OriginRequestPolicyId"] == ALL_BUT_HOST
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
    assert policy["MaxTTL"] > 0, "0 would turn caching off, and Authorization out of the key"
    assert key["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": ["Authorization"]}
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert key["CookiesConfig"] == {"CookieBehavior": "none"}
    assert key["EnableAcceptEncodingGzip"] is True


def test_api_keeps_its_strong_validators() -> None:
    assert [one["Compress"] for pattern, one in _behaviours().items() if pattern.startswith("/api")] == [False] * 3


def test_pages_are_asked_for_without_query_and_caller() -> None:
    policy = _cache("PageCaching")
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert _answered_by("/verify")["CachePolicyId"] == "<PageCaching>"
    assert "OriginRequestPolicyId" not in _answered_by("/verify")
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
    assert key["HeadersConfig"] == {"HeaderBehavior": "none"}
    assert key["CookiesConfig"] == {"CookieBehavior": "none"}


def test_errors_are_not_kept_and_keep_their_bodies() -> None:
    errors = _config()["CustomErrorResponses"]
    assert {one["ErrorCode"] for one in errors} == {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
    assert all(one.keys() == {"ErrorCode", "ErrorCachingMinTTL"} and one["ErrorCachingMinTTL"] == 0 for one in errors)


def test_everything_is_encrypted_on_its_way() -> None:
    config = _config()
    assert {one["ViewerProtocolPolicy"] for one in _behaviours().values()} == {"https-only", "redirect-to-https"}
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    origins = [one["CustomOriginConfig"] for one in config["Origins"] if "CustomOriginConfig" in one]
    assert len(origins) == 2
    assert {one["OriginProtocolPolicy"] for one in origins} == {"https-only"}
    assert [one["OriginSSLProtocols"] for one in origins] == [["TLSv1.2"]] * 2


def test_http_3_and_ip_6_are_on() -> None:
    assert _config()["HttpVersion"] == "http2and3"
    assert _config()["IPV6Enabled"] is True


def test_security_headers_are_on_every_answer_and_leave_the_pages_their_policy() -> None:
    assert {one["ResponseHeadersPolicyId"] for one in _behaviours().values()} == {"<SecurityHeaders>"}
    policy = deployed("edge").resources["SecurityHeaders"].properties["ResponseHeadersPolicyConfig"]
    headers = policy["SecurityHeadersConfig"]
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 24 * 3600
    assert headers["StrictTransportSecurity"]["Override"] is True
    assert headers["ContentTypeOptions"] == {"Override": True}
    assert headers["FrameOptions"] == {"FrameOption": "DENY", "Override": True}
    assert headers["ReferrerPolicy"] == {"ReferrerPolicy": "same-origin", "Override": False}
    assert "ContentSecurityPolicy" not in headers


def test_website_is_read_by_this_cdn_alone() -> None:
    edge = deployed("edge").resources
    origin = next(one for one in _config()["Origins"] if one["Id"] == "website")
    assert origin["OriginAccessControlId"] == "<WebsiteAccess>"
    access = edge["WebsiteAccess"].properties["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["OriginAccessControlOriginType"]) == ("always", "s3")
    allowed = [
        s for s in edge["WebsiteBucketPolicy"].properties["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"
    ]
    assert {s["Action"]: s["Resource"] for s in allowed} == {
        "s3:GetObject": "arn:aws:s3:::website/*",
        "s3:ListBucket": "arn:aws:s3:::website",
    }
    source = "arn:aws:cloudfront::111122223333:distribution/<Distribution>"
    assert [s["Condition"] for s in allowed] == [{"StringEquals": {"aws:SourceArn": source}}] * 2
    assert {s["Principal"]["Service"] for s in allowed} == {"cloudfront.amazonaws.com"}


def test_own_domain_is_used_when_there_is_one() -> None:
    without = {"DomainName": "", "CertificateArn": ""}
    assert _config()["Aliases"] == ["tickets.example"]
    assert deployed("edge").outputs["PublicUrl"] == "https://tickets.example"
    assert "Aliases" not in _config(**without)
    assert _config(**without)["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    assert deployed("edge", **without).outputs["PublicUrl"] == "https://<Distribution.DomainName>"


def test_firewall_is_used_when_there_is_one() -> None:
    firewall = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/one/two"
    assert "WebACLId" not in _config()
    assert _config(WebAclArn=firewall)["WebACLId"] == firewall


def test_webhook_reaches_its_own_function_on_the_path_of_the_product() -> None:
    edge = deployed("edge")
    assert edge.resources["WebhookStage"].properties["StageName"] == "api"
    assert edge.resources["WebhookRoute"].properties["RouteKey"] == "POST /v1/stripe/webhook"
    assert edge.resources["WebhookRoute"].properties["Target"] == "integrations/<WebhookIntegration>"
    integration = edge.resources["WebhookIntegration"].properties
    assert integration["PayloadFormatVersion"] == "1.0"
    assert integration["IntegrationUri"].endswith(f":function:marquee-{STAGE}-stripe_webhook")
    assert edge.outputs["WebhookUrl"] == (
        "https://<WebhookApi>.execute-api.eu-central-1.amazonaws.com/api/v1/stripe/webhook"
    )


def test_webhook_function_may_be_called_by_its_route_alone() -> None:
    permission = deployed("edge").resources["WebhookPermission"].properties
    assert permission == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": f"marquee-{STAGE}-stripe_webhook",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": "arn:aws:execute-api:eu-central-1:111122223333:<WebhookApi>/api/POST/v1/stripe/webhook",
    }


def test_webhook_is_throttled_and_logged_without_addresses() -> None:
    stage = deployed("edge").resources["WebhookStage"].properties
    assert stage["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 100}
    groups = {one.properties["LogGroupName"] for one in deployed("base").of("AWS::Logs::LogGroup")}
    assert stage["AccessLogSettings"]["DestinationArn"].partition(":log-group:")[2] in groups
    line = json.loads(stage["AccessLogSettings"]["Format"])
    assert line["event"] == "webhook_request"
    assert not {"$context.identity.sourceIp", "$context.path", "$context.identity.userAgent"} & set(line.values())


# --- the function of the CDN ---


def _ask(*uris: str, method: str = "GET") -> list[Any]:
    """Returns the function's result for each request: the path at the origin, or the function's own response."""
    function = deployed("edge").resources["Paths"].properties
    assert function["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"
    events = [{"request": {"method": method, "uri": uri, "headers": {}, "querystring": {}}} for uri in uris]
    code = function["FunctionCode"] + f"\nconsole.log(JSON.stringify({json.dumps(events)}.map(handler)))"
    done = subprocess.run([str(NODE), "-e", code], capture_output=True, check=True, text=True, timeout=30)
    return [one.get("uri", one) for one in json.loads(done.stdout)]


def test_functions_stand_before_everything_but_the_webhook() -> None:
    functions = {
        pattern: [(one["EventType"], one["FunctionARN"]) for one in behaviour.get("FunctionAssociations", [])]
        for pattern, behaviour in _behaviours().items()
    }
    calls, paths = ([("viewer-request", f"<{name}.FunctionMetadata.FunctionARN>")] for name in ("Calls", "Paths"))
    assert functions == {
        "/api/v1/stripe/webhook": [],
        "/api/v1/auth/*": calls,
        "/api/*": calls,
        "*.*": paths,
        "default": paths,
    }


def _called(uri: str, **headers: str) -> dict[str, str]:
    """Returns the headers of a call from 198.51.100.7 after the function has changed them."""
    function = deployed("edge").resources["Calls"].properties
    request = {"uri": uri, "headers": {name.replace("_", "-"): {"value": value} for name, value in headers.items()}}
    event = {"viewer": {"ip": "198.51.100.7"}, "request": request}
    code = function["FunctionCode"] + f"\nconsole.log(JSON.stringify(handler({json.dumps(event)})))"
    done = subprocess.run([str(NODE), "-e", code], capture_output=True, check=True, text=True, timeout=30)
    answer = json.loads(done.stdout)
    assert answer["uri"] == uri
    assert all(field.keys() == {"value"} for field in answer["headers"].values()), "a second value of the same name"
    return {name: field["value"] for name, field in answer["headers"].items()}


@needs_node
@pytest.mark.parametrize(
    ("uri", "accept"),
    [
        ("/api/v1/orders/01J/tickets.pdf", "application/pdf"),
        ("/api/v1/orders/01J/tickets", "text/html"),
        ("/api/v1/orders/01J/tickets.pdf/x", "text/html"),
        ("/api/v1/auth/sign-in", "text/html"),
    ],
)
def test_api_is_told_who_asks_and_asked_for_tickets_as_a_pdf(uri: str, accept: str) -> None:
    assert _called(uri, accept="text/html") == {"accept": accept, "x-marquee-visitor": "198.51.100.7"}


@needs_node
def test_visitor_cannot_say_that_they_are_another() -> None:
    assert _called("/api/v1/events", x_marquee_visitor="203.0.113.9")["x-marquee-visitor"] == "198.51.100.7"


def test_api_alone_is_sent_the_secret_and_by_the_names_that_it_reads() -> None:
    sent = {one["Id"]: one.get("OriginCustomHeaders", []) for one in _config()["Origins"]}
    assert sent == {
        "api": [{"HeaderName": "X-Marquee-Origin", "HeaderValue": "secret"}],
        "website": [],
        "webhook": [],
    }
    assert (ORIGIN_HEADER, VISITOR_HEADER) == ("x-marquee-origin", "x-marquee-visitor")


def test_secret_is_hidden_and_cannot_be_left_out() -> None:
    parameters = read("edge")["Parameters"]
    assert parameters["OriginSecret"]["NoEcho"] is True
    assert "Default" not in parameters["OriginSecret"]
    assert re.fullmatch(parameters["OriginSecret"]["AllowedPattern"], new_origin_secret())
    assert re.fullmatch(parameters["OriginDigest"]["AllowedPattern"], digest(new_origin_secret()))
    assert "secret" not in deployed("edge").outputs.values()
    assert deployed("edge").outputs["OriginDigest"] == "digest-of-the-secret"


@needs_node
@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/", "/api/pages"),
        ("/e/pyconf-2026", "/api/pages/e/pyconf-2026"),
        ("/e/pyconf-2026/schedule", "/api/pages/e/pyconf-2026/schedule"),
        ("/e/caf%C3%A9", "/api/pages/e/caf%C3%A9"),
        ("/orders/01J/pay", "/api/pages/orders/01J/pay"),
        ("/orders/01J/complete", "/api/pages/orders/01J/complete"),
        ("/static/css/base.css", "/css/base.css"),
        ("/static/static/base.css", "/static/base.css"),
        ("/robots.txt", "/robots.txt"),
        ("/.well-known/security.txt", "/.well-known/security.txt"),
    ],
)
def test_path_is_mapped(path: str, asked: str) -> None:
    assert _ask(path) == [asked]


@needs_node
def test_unknown_paths_are_answered_without_asking_anybody() -> None:
    unknown = [
        "/wp-admin",
        "/e",
        "/e/",
        "/e/pyconf/",
        "/e//schedule",
        "/orders/01J/refund",
        "/pages/e/pyconf",
        "/api",
        "//",
        "/%2e%2e/",
        "/.env",
        "/static/.releases.json",
        "/.releases.json",
        "/%2Ereleases.json",
        "/a%2F.releases.json",
        "/%E0.css",
    ]
    for path, answer in zip(unknown, _ask(*unknown), strict=True):
        assert isinstance(answer, dict), path
        assert answer["statusCode"] == 404, path
        assert answer["headers"]["cache-control"] == {"value": "no-store"}, path
        assert answer["headers"]["content-security-policy"]["value"].startswith("default-src 'none'"), path
        assert "Not Found" in answer["body"]["data"], path


@needs_node
def test_answer_to_head_has_no_body() -> None:
    (answer,) = _ask("/nothing", method="HEAD")
    assert answer["statusCode"] == 404
    assert "body" not in answer


SHARED = {"{step}": pages.STEPS, "{desk}": pages.DESKS, "{name}": pages.OWN}
"""Route parameters that accept only certain names."""


@needs_node
def test_every_page_of_the_product_is_found() -> None:
    from app import app

    found = [route for route in app.routes if route == "/pages" or route.startswith("/pages/")]
    routes = [
        route.replace(part, name)
        for route in found
        for part, names in SHARED.items()
        if part in route
        for name in names
    ]
    routes += [route for route in found if not any(part in route for part in SHARED)]
    assert len(routes) > 15
    paths = [route.replace("{", "").replace("}", "").removeprefix("/pages") or "/" for route in routes]
    assert {_answered_by(path)["TargetOriginId"] for path in paths} == {"api"}
    asked = ["/api" + route.replace("{", "").replace("}", "") for route in routes]
    assert _ask(*paths) == asked


@needs_node
def test_every_file_of_the_website_is_found_as_the_local_gateway_finds_it() -> None:
    files = [file for file in PUBLIC.rglob("*") if file.is_file() and not file.name.startswith(".")]
    names = [str(file.relative_to(PUBLIC)) for file in files]
    local = StaticFiles(PUBLIC)
    assert len(names) > 5
    for way in ("/static/", "/"):
        paths = [way + name for name in names]
        assert {_answered_by(path)["TargetOriginId"] for path in paths} == {"website"}
        assert _ask(*paths) == ["/" + name for name in names]
        assert [local.find(path) for path in paths] == [file.resolve() for file in files]

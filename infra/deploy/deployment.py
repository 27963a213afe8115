"""One stage in one account: session, names, stacks with their outputs, URLs. Passed to every deployment step."""

from functools import cached_property
from pathlib import Path
from typing import Any

from chalicelib.config import DIRECT
from infra import names, policies, website
from infra.deploy.adopting import function_arn, rest_api_id, websocket_api_id
from infra.deploy.cloudformation import Stack, Stacks
from infra.deploy.parameters import ORIGIN_SECRET, StageParameters, digest, new_origin_secret
from infra.settings import StageSettings

API_URL = "https://{api}.execute-api.{region}.amazonaws.com"
SOCKET_URL = "wss://{api}.execute-api.{region}.amazonaws.com/{stage}"
PENDING = "https://pending.invalid"
"""The public URL until there is one: the CDN gives the URL, and the CDN needs the API of the first deploy."""


class Deployment:
    """A stage in one account. It reads everything from AWS when needed, so that a run finds the resources of a run that
    was interrupted.
    """

    def __init__(self, stage: StageSettings, session: Any, project: Path) -> None:
        self.stage = stage
        self.session = session
        self.project = project
        self.parameters = StageParameters(session.client("ssm"), stage)
        self.stacks = Stacks(
            session.client("cloudformation"), tags={"app": "marquee", "stage": stage.name, "managed-by": "infra"}
        )

    @property
    def prefix(self) -> str:
        """The prefix of the names of all resources in this stage."""
        return self.stage.prefix

    @cached_property
    def account(self) -> str:
        """The AWS account's number."""
        return str(self.session.client("sts").get_caller_identity()["Account"])

    @property
    def owner(self) -> str:
        """Identifies this deployment among all that share an account at Stripe."""
        return f"{self.account}/{self.stage.region}/{self.stage.name}"

    @property
    def stripe_api(self) -> str:
        """The API base of the test double, or empty for Stripe's own."""
        return self.stage.environment.get("STRIPE_API_BASE", "")

    def outputs(self, part: str) -> dict[str, str]:
        """Returns the outputs of the stack `part` (data, base, edge or watch); empty when there is no such stack."""
        return self.stacks.outputs(f"{self.prefix}-{part}")

    def function_arn(self, name: str) -> str | None:
        """Returns a function's ARN, or None before it is deployed."""
        return function_arn(self.session.client("lambda"), names.function(self.prefix, name))

    @property
    def data(self) -> Stack:
        """The stack of the tables."""
        return self.tables(protected=self.stage.protect_tables)

    def tables(self, *, protected: bool) -> Stack:
        """Returns the stack of the tables, with or without protection against deletion."""
        return Stack(f"{self.prefix}-data", "data.yaml", {"Stage": self.stage.name, "Protect": _flag(protected)})

    @property
    def base(self) -> Stack:
        """The stack of buckets, failure queue, log groups and mail identity."""
        return Stack(
            f"{self.prefix}-base",
            "base.yaml",
            {
                "Stage": self.stage.name,
                "LogRetentionDays": str(self.stage.log_days),
                "MailDomain": self.stage.mail_domain,
            },
        )

    @property
    def edge(self) -> Stack:
        """The stack of the CDN and the webhook API, which needs a deployed REST API. Before `up` has created the origin
        secret, a random one that opens nothing takes its place, so that `diff` works.
        """
        base, secret = self.outputs("base"), self.parameters.get(ORIGIN_SECRET)
        value = secret.value if secret else new_origin_secret()
        return Stack(
            f"{self.prefix}-edge",
            "edge.yaml",
            {
                "Stage": self.stage.name,
                "RestApiId": rest_api_id(self.session, self.prefix) or "",
                "WebsiteBucket": base["WebsiteBucket"],
                "DomainName": self.stage.domain,
                "CertificateArn": self.stage.certificate_arn,
                "WebAclArn": self.stage.web_acl_arn,
                "OriginSecret": value,
                "OriginDigest": digest(value),
            },
        )

    @property
    def watch(self) -> Stack:
        """The stack of alarms, dashboard and budget."""
        return Stack(
            f"{self.prefix}-watch",
            "watch.yaml",
            {
                "Stage": self.stage.name,
                "AlarmEmail": self.stage.alarm_email,
                "MonthlyBudget": str(self.stage.budget),
            },
        )

    @property
    def public_url(self) -> str:
        """The URL of the website, or PENDING until the first deploy has finished."""
        if self.stage.cdn:
            return self.outputs("edge").get("PublicUrl", PENDING)
        return self.api_url or PENDING

    @property
    def api_url(self) -> str:
        """The REST API's own URL, past the CDN; empty before the first deploy."""
        api = rest_api_id(self.session, self.prefix)
        return API_URL.format(api=api, region=self.stage.region) if api else ""

    @property
    def origin_digests(self) -> str:
        """The digests of the secrets that the CDN may send, separated by commas: the current one, and the one that the
        CDN still sends. Without a CDN, the value that allows direct requests.
        """
        if not self.stage.cdn:
            return ",".join(DIRECT)
        secret, sent = self.parameters.get(ORIGIN_SECRET), self.outputs("edge").get("OriginDigest")
        known = [digest(secret.value) if secret else None, sent]
        return ",".join(dict.fromkeys(one for one in known if one))

    @property
    def webhook_url(self) -> str:
        """The URL of Stripe's webhook."""
        return self.outputs("edge").get("WebhookUrl") or f"{self.public_url}/api/v1/stripe/webhook"

    @property
    def websocket_url(self) -> str:
        """The URL that sockets connect to; empty before the first deploy."""
        api = websocket_api_id(self.session, self.prefix)
        return SOCKET_URL.format(api=api, region=self.stage.region, stage=names.API_STAGE) if api else ""

    def variables(self, release: str = "") -> dict[str, str]:
        """Returns the environment variables of the functions, as far as they are known yet. `release` is the website's;
        empty: this checkout's. Raises Unusable when that is not built.
        """
        data = self.outputs("data")
        websocket = self.websocket_url
        return {
            "STAGE": self.stage.name,
            "TABLE_PREFIX": f"{self.prefix}-",
            "PUBLIC_URL": self.public_url,
            "ORIGIN_DIGESTS": self.origin_digests,
            "WEBSITE": release or website.release(website.folder_of(self.project)),
            "WEBSOCKET_URL": websocket,
            "LIVE": "on" if websocket else "off",
            "MAIL_FROM": self.stage.mail_from,
            "CONTENT_STREAM_ARN": data["ContentStreamArn"],
            "SALES_STREAM_ARN": data["SalesStreamArn"],
            "INBOX_STREAM_ARN": data["InboxStreamArn"],
            "NOTIFICATIONS_STREAM_ARN": data["NotificationsStreamArn"],
            **self.parameters.references(),
            **self.stage.environment,
        }

    def placeholders(self) -> dict[str, str]:
        """Returns the values of the placeholders in the policy files."""
        data, base = self.outputs("data"), self.outputs("base")
        return {
            "Region": self.stage.region,
            "Account": self.account,
            "Stage": self.stage.name,
            "FailuresBucket": base["FailuresBucket"],
            "WebSocketApi": websocket_api_id(self.session, self.prefix) or "pending",
            "ContentStream": data["ContentStreamArn"],
            "SalesStream": data["SalesStreamArn"],
            "InboxStream": data["InboxStreamArn"],
            "NotificationsStream": data["NotificationsStreamArn"],
            "MailFrom": self.stage.mail_address or f"nobody@{policies.NO_MAIL_DOMAIN}",
        }


def _flag(value: bool) -> str:
    return "true" if value else "false"

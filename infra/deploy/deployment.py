"""One stage in one account, as the steps see it: sessions, names, what the stacks gave, where the product answers."""

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
"""The public URL until there is one: the first deploy makes the API that the CDN, and so the URL, needs."""


class Deployment:
    """Everything is asked of AWS when needed, so that a run that was interrupted finds what the last one made."""

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
        """What the names of everything in this stage begin with."""
        return self.stage.prefix

    @cached_property
    def account(self) -> str:
        """The account's number."""
        return str(self.session.client("sts").get_caller_identity()["Account"])

    @property
    def owner(self) -> str:
        """What tells this deployment from every other, also in a shared account at Stripe."""
        return f"{self.account}/{self.stage.region}/{self.stage.name}"

    @property
    def stripe_api(self) -> str:
        """Another API base than Stripe's own (the test double's), or nothing."""
        return self.stage.environment.get("STRIPE_API_BASE", "")

    def outputs(self, part: str) -> dict[str, str]:
        """What one of the stacks gives."""
        return self.stacks.outputs(f"{self.prefix}-{part}")

    def function_arn(self, name: str) -> str | None:
        """A function's ARN, or None before it is deployed."""
        return function_arn(self.session.client("lambda"), names.function(self.prefix, name))

    @property
    def data(self) -> Stack:
        """The tables."""
        return self.tables(protected=self.stage.protect_tables)

    def tables(self, *, protected: bool) -> Stack:
        """The tables, deletable or not."""
        return Stack(f"{self.prefix}-data", "data.yaml", {"Stage": self.stage.name, "Protect": _flag(protected)})

    @property
    def base(self) -> Stack:
        """Buckets, queue, log groups, mail identity."""
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
        """CDN and webhook API. There must be a deployed REST API. Before `up` has made the secret, one that lets nobody
        in stands in its place, so that `diff` can look.
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
        """Alarms, dashboard, budget."""
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
        """Where people go, or PENDING before the first deploy is through."""
        if self.stage.cdn:
            return self.outputs("edge").get("PublicUrl", PENDING)
        return self.api_url or PENDING

    @property
    def api_url(self) -> str:
        """The REST API itself, past the CDN; nothing before the first deploy."""
        api = rest_api_id(self.session, self.prefix)
        return API_URL.format(api=api, region=self.stage.region) if api else ""

    @property
    def origin_digests(self) -> str:
        """By what the functions know the CDN: the secret of now, and the one that the CDN still sends."""
        if not self.stage.cdn:
            return ",".join(DIRECT)
        secret, sent = self.parameters.get(ORIGIN_SECRET), self.outputs("edge").get("OriginDigest")
        known = [digest(secret.value) if secret else None, sent]
        return ",".join(dict.fromkeys(one for one in known if one))

    @property
    def webhook_url(self) -> str:
        """Where Stripe calls."""
        return self.outputs("edge").get("WebhookUrl") or f"{self.public_url}/api/v1/stripe/webhook"

    @property
    def websocket_url(self) -> str:
        """Where sockets connect, or nothing before the first deploy."""
        api = websocket_api_id(self.session, self.prefix)
        return SOCKET_URL.format(api=api, region=self.stage.region, stage=names.API_STAGE) if api else ""

    def variables(self) -> dict[str, str]:
        """The environment of the functions, as far as it is known by now."""
        data = self.outputs("data")
        websocket = self.websocket_url
        return {
            "STAGE": self.stage.name,
            "TABLE_PREFIX": f"{self.prefix}-",
            "PUBLIC_URL": self.public_url,
            "ORIGIN_DIGESTS": self.origin_digests,
            "WEBSITE": website.release(self.project / "web" / "public"),
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
        """What the policy files leave open."""
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

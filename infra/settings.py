"""Reads the settings of a stage from infra/stages.toml, overridden by infra/stages.local.toml, which git ignores.

Called by the command line, which passes the result to the steps.
"""

import re
import tomllib
from email.utils import parseaddr
from pathlib import Path
from typing import Any, NamedTuple

_NAME = re.compile(r"[a-z][a-z0-9]{0,15}")
_WEB_ACL = re.compile(r"arn:aws[a-z-]*:wafv2:us-east-1:[0-9]{12}:global/webacl/.+")


class Unusable(Exception):
    """Raised when the user must fix something first; the message says what and how."""


class StageSettings(NamedTuple):
    """The settings of one deployment. An empty text or a zero turns the feature off; `budget` is in dollars a month."""

    name: str
    region: str
    mail_from: str = ""
    alarm_email: str = ""
    budget: int = 0
    domain: str = ""
    certificate_arn: str = ""
    web_acl_arn: str = ""
    requests_per_second: int = 1_000
    protect_tables: bool = True
    log_days: int = 30
    cdn: bool = True
    connect: bool = False
    high_secret_throughput: bool = False
    environment: dict[str, str] = {}

    @property
    def prefix(self) -> str:
        """The prefix of the names of all resources in this stage."""
        return f"marquee-{self.name}"

    @property
    def mail_address(self) -> str:
        """The sender's address without the display name."""
        return parseaddr(self.mail_from)[1]

    @property
    def mail_domain(self) -> str:
        """The domain of the sender's address."""
        return self.mail_address.rpartition("@")[2]

    def parameter(self, secret: str) -> str:
        """Returns the full name of a secret's parameter in Parameter Store."""
        return f"/marquee/{self.name}/{secret}"


def load(path: Path, name: str) -> StageSettings:
    """Returns the settings of the stage `name`. Raises Unusable when there is none or a setting is wrong."""
    if not _NAME.fullmatch(name):
        raise Unusable(f"{name!r} is no name for a stage: small letters and digits, at most 16.")
    shipped, own = _tables(path), _tables(path.with_suffix(".local.toml"))
    if name not in shipped | own:
        raise Unusable(f"{path.name} has no stage {name}; it has {', '.join(sorted(shipped | own))}.")
    stage = StageSettings(name=name, **_checked(name, shipped.get(name, {}) | own.get(name, {})))
    if bool(stage.domain) != bool(stage.certificate_arn):
        raise Unusable(f"Stage {name}: domain and certificate_arn come together.")
    if stage.web_acl_arn and not (stage.cdn and _WEB_ACL.fullmatch(stage.web_acl_arn)):
        raise Unusable(f"Stage {name}: web_acl_arn must be a web ACL for CloudFront (in us-east-1), and needs the CDN.")
    if stage.requests_per_second < 1:
        raise Unusable(f"Stage {name}: requests_per_second must be 1 or more.")
    return stage


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise Unusable(f"{path.name}: {error}.") from None


def _checked(name: str, table: dict[str, Any]) -> dict[str, Any]:
    kinds = {field: kind for field, kind in StageSettings.__annotations__.items() if field != "name"}
    for key, value in table.items():
        if key not in kinds:
            raise Unusable(f"Stage {name}: {key} is no setting; there are {', '.join(sorted(kinds))}.")
        expected = dict if key == "environment" else kinds[key]
        if type(value) is not expected:
            raise Unusable(f"Stage {name}: {key} must be a {expected.__name__}.")
    if not table.get("region"):
        raise Unusable(f"Stage {name}: region is missing.")
    return table

"""Renders the IAM policies of the functions: one hand-written file each in infra/policies/, with a stage's values.

Called by infra/deploy/configuring.py. A function's file lists all its permissions: Chalice adds nothing to a policy
file, and tests/functional/tour/test_permissions.py compares each file with what its function does.
"""

import re
from pathlib import Path

from infra.settings import Unusable

FOLDER = Path(__file__).parent / "policies"
DEPLOYER = Path(__file__).parent / "deployer"
"""Two policies for the person or role that deploys: `steps` allows the calls of `up` and `down`, `stacks` the calls
that CloudFormation makes for them. With both, a deployer can give the stage's functions any permission; deploying a
function includes setting its permissions.
"""
# Notes on the deployer's policies:
# - Distributions are matched by tags, because CloudFront chooses their ids. A distribution without a stage tag may get
#   ours; creating one with tags needs the same permission. CloudFront's policies and access controls have no tags, and
#   creating an access control has no resource:
#   docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html
# - DescribeConfigurationSet and DescribeIndexPolicies on any resource: IAM supports no resource for them.
# Notes on the functions' policies (JSON has no comments):
# - ListStreams on one stream. Lambda lists it among the permissions of a mapping, but IAM supports it only for a whole
#   account. Mappings whose role has it for one stream work:
#   serverless/serverless lib/plugins/aws/package/compile/events
# - No kms:Decrypt for secrets: the key of Parameter Store lets every principal of the account that may read a parameter
#   decrypt it: docs.aws.amazon.com/systems-manager/latest/userguide/ps-restrict-decryption.html
# - ssm:GetParameter beside GetParameters: the release before reads its secrets one by one, and its code starts under
#   the new policy while `up` runs. The next release drops it.
# - Mail to identity/*: while an account is in SES's sandbox, SES checks the recipient's identity as well as the
#   sender's. The condition limits it to our sender. SES checks a mail with attachments as SendRawEmail:
#   docs.aws.amazon.com/ses/latest/dg/control-user-access.html
# - SendEmail on a configuration set: SES also checks the default configuration set of the sender's identity.
# - GetAccount on any resource: the account's sending limits belong to no resource.
# - s3:ResourceAccount: a bucket's name does not contain the account, and another account can take a deleted bucket's
#   name.
# - No CreateLogGroup: stacks/base.yaml creates the log groups, with their retention.
PLACEHOLDERS = {
    "Region": "where the stage is",
    "Account": "the account's number",
    "Stage": "the stage's name",
    "FailuresBucket": "bucket of stream records that failed in the end",
    "WebSocketApi": "id of the WebSocket API",
    "MailDomain": "the domain that mails are sent from",
    "MailFrom": "the bare address that mails are sent from",
    "ContentStream": "ARN of the content table's stream",
    "SalesStream": "ARN of the sales table's stream",
    "InboxStream": "ARN of the Stripe inbox's stream",
    "NotificationsStream": "ARN of the notifications table's stream",
}
NO_MAIL_DOMAIN = "none.invalid"
"""The mail domain of a stage that sends no mail. `.invalid` can never be registered (RFC 2606)."""
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_SECRET = re.compile(r"parameter/marquee/\$\{Stage\}/([a-z-]+)")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/._@+-]*")
"""A value must not contain characters with a meaning in IAM or JSON: a star in a bucket's name would match every
bucket.
"""


def names() -> list[str]:
    """Returns the functions that have a policy file, sorted."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def secrets_of(name: str) -> list[str]:
    """Returns the names of the parameters that a function may read, without the stage's path."""
    return _SECRET.findall((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def for_deployer(values: dict[str, str]) -> dict[str, str]:
    """Returns the deployer's policies by name, as JSON for IAM. Raises Unusable as `render` does."""
    return {file.stem: render(file.stem, values, folder=DEPLOYER) for file in sorted(DEPLOYER.glob("*.json"))}


def render(name: str, values: dict[str, str], *, folder: Path | None = None) -> str:
    """Returns the policy of a function as JSON for IAM. Raises Unusable when a value is missing, unknown or not plain
    text, and when the policy has an unknown placeholder.
    """
    text = ((folder or FOLDER) / f"{name}.json").read_text(encoding="utf-8")
    used = set(_PLACEHOLDER.findall(text))
    problems = [
        *(f"{one} is no placeholder" for one in sorted((used | set(values)) - set(PLACEHOLDERS))),
        *(f"{one} is missing ({PLACEHOLDERS[one]})" for one in sorted((used & set(PLACEHOLDERS)) - set(values))),
        *(f"{one} cannot be {value!r}" for one, value in sorted(values.items()) if not _PLAIN.fullmatch(value)),
    ]
    if problems:
        raise Unusable(f"Policy of {name}: " + "; ".join(problems))
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)

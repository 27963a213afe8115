"""The IAM policies of the functions, one hand-written file each in infra/policies/, with what a stage fills in.

Called by infra/deploy/configuring.py. What a function may do stands in its file and nowhere else: Chalice adds nothing
to a policy file, and tests/functional/tour/test_permissions.py holds each to what its function does.
"""

import re
from pathlib import Path

from infra.settings import Unusable

FOLDER = Path(__file__).parent / "policies"
DEPLOYER = Path(__file__).parent / "deployer"
"""The two documents for who deploys: `steps` is what `up` and `down` call, `stacks` what CloudFormation calls in their
name. Whoever has them can give the functions of the stage any right, since that is what deploying them means.
"""
# What looks odd in them:
# - Distributions by their tags, since CloudFront draws their ids; one that has no stage yet may be given ours, which is
#   also what making one with tags asks for. Its policies and access controls know no tags, and making an access control
#   no resource: docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html
# - DescribeConfigurationSet and DescribeIndexPolicies on any resource: they know none.
# What looks odd in those of the functions, where no comment can stand:
# - ListStreams on one stream. Lambda names it among what a mapping needs, while IAM knows it for a whole account only.
#   Mappings whose role has it for their stream alone work: serverless/serverless lib/plugins/aws/package/compile/events
# - No kms:Decrypt for secrets: Parameter Store's own key lets whoever in the account may read a parameter decrypt it:
#   docs.aws.amazon.com/systems-manager/latest/userguide/ps-restrict-decryption.html
# - ssm:GetParameter beside GetParameters: the release before read its secrets one by one, and its code starts under the
#   new policy while `up` goes on. The next release drops it.
# - Mail to identity/*: while an account is in SES's sandbox, SES asks for the recipient's identity as well as for the
#   sender's. The condition holds it to our sender. A mail with attachments is checked as SendRawEmail:
#   docs.aws.amazon.com/ses/latest/dg/control-user-access.html
# - SendEmail on a configuration set: SES asks for the one, too, that the sender's identity has by default.
# - GetAccount on any resource: what the account may send belongs to no resource of it.
# - s3:ResourceAccount: a bucket's name carries no account, and a deleted one may be taken by somebody else.
# - No CreateLogGroup: the groups are in stacks/base.yaml, with their retention.
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
"""Stands for the domain where no mail is sent: nobody can have it (RFC 2606)."""
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_SECRET = re.compile(r"parameter/marquee/\$\{Stage\}/([a-z-]+)")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/._@+-]*")
"""No value may hold what IAM or JSON reads as more than text: a star in a bucket's name would be every bucket."""


def names() -> list[str]:
    """The functions that have a policy."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def secrets_of(name: str) -> list[str]:
    """The parameters that a function may read, without the stage."""
    return _SECRET.findall((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def for_deployer(values: dict[str, str]) -> dict[str, str]:
    """By name, the documents for who deploys, as IAM takes them. Raises Unusable as `render` does."""
    return {file.stem: render(file.stem, values, folder=DEPLOYER) for file in sorted(DEPLOYER.glob("*.json"))}


def render(name: str, values: dict[str, str], *, folder: Path | None = None) -> str:
    """The policy of a function as IAM takes it. Raises Unusable for values that are missing, unknown or not plain, and
    for a policy that has another placeholder.
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

"""`python -m infra.checks.scan_policies`: scans the policies of the functions and of the deployer with cloudsplaining,
which must find nothing. Also compares the deployer's policies with the permissions that CloudFormation's schemas list
for our templates, and with the resources that IAM supports for each action.

Run by `make infra-lint` in the linters' own environment. Uses cloudsplaining's library, because its command exits with
0 whatever it finds.
"""

import json
import re
import sys
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

from infra import policies

FOLDER = Path(__file__).parents[1] / "stacks"

RISKS = (
    "allows_privilege_escalation",
    "allows_data_exfiltration_actions",
    "permissions_management_without_constraints",
    "write_actions_without_constraints",
    "credentials_exposure",
    "service_wildcard",
    "all_allowed_unrestricted_actions",
)
_VALUES = {
    "Region": "eu-central-1",
    "Account": "111122223333",
    "Stage": "prod",
    "FailuresBucket": "marquee-prod-failures",
    "WebSocketApi": "abc123",
    "MailDomain": "mail.example.org",
    "MailFrom": "tickets@mail.example.org",
    "ContentStream": "arn:aws:dynamodb:eu-central-1:111122223333:table/marquee-prod-content/stream/2026",
    "SalesStream": "arn:aws:dynamodb:eu-central-1:111122223333:table/marquee-prod-sales/stream/2026",
    "InboxStream": "arn:aws:dynamodb:eu-central-1:111122223333:table/marquee-prod-stripe_inbox/stream/2026",
    "NotificationsStream": "arn:aws:dynamodb:eu-central-1:111122223333:table/marquee-prod-notifications/stream/2026",
}


_DEPLOYER_VALUES = {name: _VALUES[name] for name in ("Region", "Account", "Stage", "MailDomain")}
_NEVER_NEEDED = {
    "AWS::ApiGatewayV2::Api": ("s3:*",),
    "AWS::ApiGatewayV2::Integration": ("iam:*",),
    "AWS::ApiGatewayV2::Stage": ("apigateway:*Resource",),
    "AWS::CloudFront::Distribution": ("*ConnectionGroup", "*VpcOrigin", "*WithTags", "*StagingConfig"),
    "AWS::DynamoDB::Table": (
        *("iam:*", "kinesis:*", "kms:*", "logs:*", "s3:*", "*Replica", "*Item", "*:Query", "*:Scan", "*Import*"),
        *("*ableKinesis*", "*UpdateKinesis*", "*UpdateContributor*", "*PutResourcePolicy", "*DeleteResourcePolicy"),
    ),
    "AWS::Logs::LogGroup": (
        *("firehose:*", "s3:*", "*KmsKey", "*PutDataProtection*", "*DeleteDataProtection*", "*PutIndex*"),
        *("*DeleteIndex*", "*BearerToken*", "*DeletionProtection", "*DeleteResourcePolicy"),
    ),
    "AWS::S3::Bucket": (
        *("iam:*", "s3tables:*", "s3:DeleteBucket?*", "*Metadata*", "s3:DeleteObject", "s3:PutObjectAcl"),
    ),
    "AWS::SES::ConfigurationSetEventDestination": ("iam:*",),
    "AWS::SNS::Subscription": ("iam:*",),
    "AWS::SNS::Topic": ("iam:*", "*PutDataProtection*"),
}
"""By resource type: actions that its handlers may call, but only for features that no template of ours uses."""


def findings(document: str) -> dict[str, list[str]]:
    """Returns cloudsplaining's findings in a policy, by kind of risk."""
    from cloudsplaining.scan.policy_document import PolicyDocument

    parsed = PolicyDocument(json.loads(document))
    found = {risk: [str(one) for one in getattr(parsed, risk)] for risk in RISKS}
    return {risk: told for risk, told in found.items() if told}


def needed_by_stacks() -> dict[str, set[str]]:
    """Returns, by resource type in our templates, the actions that CloudFormation calls with the deployer's
    permissions: those that the type's schema lists for its handlers, without `_NEVER_NEEDED`.
    """
    templates = "".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.yaml"))
    types = set(re.findall(r"Type: (AWS::\w+::\w+)\n", templates))
    schemas = Path(str(find_spec("cfnlint").origin)).parent / "data" / "schemas" / "resources"  # type: ignore[union-attr]
    found: dict[str, set[str]] = {}
    for file in schemas.glob("*.json"):
        schema = json.loads(file.read_text(encoding="utf-8"))
        if schema.get("typeName") in types and "handlers" in schema:
            handlers = [schema["handlers"].get(one, {}) for one in ("create", "read", "update", "delete")]
            actions = {action for one in handlers for action in one.get("permissions", ())}
            unused = _NEVER_NEEDED.get(schema["typeName"], ())
            found.setdefault(schema["typeName"], set()).update(
                action for action in actions if not any(fnmatch(action, pattern) for pattern in unused)
            )
    assert found.keys() == types, types - found.keys()  # noqa: S101 - a check, not a safeguard
    return found


def gaps() -> list[str]:
    """Returns a line for each action that a template needs and no deployer's policy allows, and for each that `stacks`
    allows although no template needs it.
    """
    allowed = {name: _actions(text) for name, text in policies.for_deployer(_DEPLOYER_VALUES).items()}
    needed = needed_by_stacks()
    refused = [
        f"{kind} needs {action}"
        for kind, actions in sorted(needed.items())
        for action in sorted(actions)
        if not any(fnmatch(action, pattern) for pattern in allowed["steps"] + allowed["stacks"])
    ]
    every = {action for actions in needed.values() for action in actions}
    idle = [one for one in allowed["stacks"] if not any(fnmatch(action, one) for action in every)]
    return refused + [f"no template needs {one}" for one in idle]


def misplaced() -> list[str]:
    """Returns actions that a deployer's policy allows on ARNs although IAM supports no resource for them. IAM refuses
    those actions.
    """
    from policy_sentry.querying.actions import get_action_data

    found = []
    for name, document in policies.for_deployer(_DEPLOYER_VALUES).items():
        for statement in json.loads(document)["Statement"]:
            for action in (one for one in statement["Action"] if "*" not in one and statement["Resource"] != "*"):
                known = get_action_data(*action.split(":"))
                arns = [row["resource_arn_format"] for rows in (known or {}).values() for row in rows]
                if set(arns) == {"*"}:
                    found.append(f"{name}, {statement['Sid']}: {action} knows no resource")
    return found


def _actions(document: str) -> list[str]:
    return [action for one in json.loads(document)["Statement"] for action in one["Action"]]


def main() -> None:
    """Prints one line per policy. Exits with 1 when there is any finding."""
    found = {name: findings(policies.render(name, _VALUES)) for name in policies.names()}
    for name, document in policies.for_deployer(_DEPLOYER_VALUES).items():
        found[f"who deploys, {name}"] = findings(document)
    missed = gaps() + misplaced()
    found["who deploys, against the templates"] = {"gaps": missed} if missed else {}
    for name, told in found.items():
        print(f"{name}: {json.dumps(told) if told else 'nothing found'}")
    sys.exit(any(found.values()))


if __name__ == "__main__":
    main()

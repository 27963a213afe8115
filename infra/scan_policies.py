"""`python -m infra.scan_policies`: every function's policy through cloudsplaining, which must find nothing.

Run by `make infra-lint` in the linters' own environment. Cloudsplaining's command ends with 0 whatever it finds, so its
library is asked.
"""

import json
import sys

from infra import policies

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
    "MailFrom": "tickets@mail.example.org",
    "ContentStream": "arn:aws:dynamodb:eu-central-1:111122223333:table/marquee-prod-content/stream/2026",
    "SalesStream": "arn:aws:dynamodb:eu-central-1:111122223333:table/marquee-prod-sales/stream/2026",
    "InboxStream": "arn:aws:dynamodb:eu-central-1:111122223333:table/marquee-prod-stripe_inbox/stream/2026",
    "NotificationsStream": "arn:aws:dynamodb:eu-central-1:111122223333:table/marquee-prod-notifications/stream/2026",
}


def findings(name: str) -> dict[str, list[object]]:
    """By kind of risk, what cloudsplaining says of a policy."""
    from cloudsplaining.scan.policy_document import PolicyDocument

    document = PolicyDocument(json.loads(policies.render(name, _VALUES)))
    found = {risk: list(getattr(document, risk)) for risk in RISKS}
    return {risk: told for risk, told in found.items() if told}


def main() -> None:
    """Print one line a policy; exit with 1 when there is any finding."""
    found = {name: findings(name) for name in policies.names()}
    for name, told in found.items():
        print(f"{name}: {json.dumps(told) if told else 'nothing found'}")
    sys.exit(any(found.values()))


if __name__ == "__main__":
    main()

"""Finds what is deployed of a stage and in which state, for `python -m infra status`."""

from typing import Any

from infra import names
from infra.deploy import adopting, releases, streams
from infra.deploy.deployment import Deployment


def of(here: Deployment) -> dict[str, Any]:
    """Returns the values to show, by label. "missing functions", "stream drift" and "waiting failures" are empty or 0
    unless there is a problem. Raises boto3's errors.
    """
    base = here.outputs("base")
    client = here.session.client("lambda")
    missing = [name for name in names.FUNCTIONS if here.function_arn(name) is None]
    return {
        "url": here.public_url,
        "sockets": here.websocket_url,
        "stacks": {part: here.stacks.status(f"{here.prefix}-{part}") for part in ("data", "base", "edge", "watch")},
        "missing functions": missing,
        "stream drift": streams.drift(client, here.prefix, base["FailuresBucket"]) if base else {},
        "waiting failures": _waiting(here, base.get("FailureQueueUrl")),
        "REST API": adopting.rest_api_id(here.session, here.prefix) or "",
        "last release": _last_release(here, base.get("ReleasesBucket")),
        "DNS records": _dns(here, base),
    }


def _dns(here: Deployment, base: dict[str, str]) -> list[str]:
    """Returns the DNS records that the user must create for the domains."""
    domain, target = here.stage.domain, here.outputs("edge").get("DistributionDomain")
    own = [f"{domain} CNAME {target}"] if domain and target else []
    return own + [value for name, value in sorted(base.items()) if name.startswith("DkimRecord")]


def _waiting(here: Deployment, queue: str | None) -> int:
    if not queue:
        return 0
    wanted = ["ApproximateNumberOfMessages"]
    found = here.session.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=wanted)
    return int(found["Attributes"][wanted[0]])


def _last_release(here: Deployment, bucket: str | None) -> str:
    kept = releases.listed(here.session.client("s3"), bucket) if bucket else []
    return kept[-1] if kept else ""

"""THE PLAN of a deployment: what `up` does, in order, and what `down` undoes. Read it top to bottom.

Every step looks at what is there first and does what is missing, so a run that was killed anywhere is finished by
running it again. A step says in a few words what it did.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from infra import (
    adopting,
    configuring,
    gateway_responses,
    names,
    package,
    releases,
    smoke,
    streams,
    stripe_endpoint,
    website,
)
from infra.deployment import Deployment
from infra.failure_queue import FailureQueue
from infra.parameters import STRIPE_WEBHOOK_SECRET
from infra.settings import Unusable

Say = Callable[[str], None]
UNRESERVED = 100
"""What Lambda insists on leaving to functions without a reservation."""


class SmokeFailed(Unusable):
    """The new release is up and does not answer as it should."""


class Step(NamedTuple):
    """One step: its name, what it is for, and the doing."""

    name: str
    purpose: str
    run: Callable[[Deployment, Say], str]


def check(here: Deployment, say: Say) -> str:  # noqa: ARG001 - steps are called alike
    """Find what would fail half-way, before anything is made."""
    reserved = sum(configuring.reserved(here.project, here.stage.name).values())
    limits = here.session.client("lambda").get_account_settings()["AccountLimit"]
    if reserved and limits["ConcurrentExecutions"] < reserved + UNRESERVED:
        raise Unusable(
            f"This account may run {limits['ConcurrentExecutions']} functions at once; the stage reserves {reserved} "
            f"and Lambda wants {UNRESERVED} left. Ask AWS for a higher quota (docs/operations.md#limits) or take "
            f"reserved_concurrency out of .chalice/config.json."
        )
    return f"account {here.account}, {here.stage.region}, Python {package.RUNNING}"


def data(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """The tables."""
    return _word(changed=here.stacks.apply(here.data))


def base(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Buckets, failure queue, log groups. S3 tries a new notification with a message, which is no failure."""
    if not here.stacks.apply(here.base):
        return _word(changed=False)
    queue = FailureQueue(here.session.client("sqs"), here.outputs("base")["FailureQueueUrl"])
    try:
        queue.receive(1, keep_tests=False)
    finally:
        queue.release()
    return _word(changed=True)


def secrets(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Keys that must exist before the first start."""
    return "token keys made" if here.parameters.ensure_token_keys() else "there"


def dependencies(here: Deployment, say: Say) -> str:
    """The layer that all functions share."""
    architecture = configuring.architecture(here.project)
    built = package.build(here.project, python=package.RUNNING, architecture=architecture, progress=say)
    return f"{(built.bytes + built.app_bytes) / 1e6:.1f} MB"


def configure(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Variables and policies for `chalice deploy`."""
    return _word(changed=_configure(here))


def deploy(here: Deployment, say: Say) -> str:
    """Functions, REST API, WebSocket API, schedule."""
    _deploy(here, here.project, say)
    return "deployed"


def edge(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """The CDN, and the webhook's own way in."""
    return _word(changed=here.stacks.apply(here.edge)) if here.stage.cdn else "without a CDN"


def watch(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Alarms, dashboard, budget."""
    return _word(changed=here.stacks.apply(here.watch))


def stripe(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """The endpoint that Stripe calls."""
    done = stripe_endpoint.ensure(here.parameters, here.stage, here.webhook_url)
    return "no key of Stripe's: free tickets only" if done == "none" else done


def settle(here: Deployment, say: Say) -> str:
    """Tell the functions what the first deploy could not know: public URL, socket URL, webhook secret."""
    if not _configure(here):
        return "nothing new"
    return deploy(here, say) + " again"


def mappings(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Stream settings that Chalice cannot express."""
    changed = streams.apply(here.session.client("lambda"), here.prefix, here.outputs("base")["FailuresBucket"])
    return "set for " + ", ".join(changed) if changed else "as wished"


def site(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Files of the website."""
    return f"{len(_upload(here, here.project))} files sent"


def smoke_test(here: Deployment, say: Say) -> str:
    """Ask the product itself."""
    secret = here.parameters.get(STRIPE_WEBHOOK_SECRET)
    target = smoke.Target(
        public_url=here.public_url,
        websocket_url=here.websocket_url,
        webhook_url=here.webhook_url,
        webhook_secret=secret.value if secret else "",
        live=True,
    )
    checks = smoke.run(target)
    for one in checks:
        say(f"{'ok  ' if one.passed else 'FAIL'} {one.name}: {one.detail}")
    failed = [one.name for one in checks if not one.passed]
    if failed:
        raise SmokeFailed(f"Smoke test failed: {', '.join(failed)}.")
    return f"{len(checks)} questions answered"


def keep(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Keep the release, to come back to."""
    return releases.keep(here.session.client("s3"), _releases_bucket(here), here.project, here.stage.name)


UP: tuple[Step, ...] = (
    Step("check", "account, limits", check),
    Step("data", "tables, in CloudFormation", data),
    Step("base", "buckets, failure queue, log groups", base),
    Step("secrets", "keys in Parameter Store", secrets),
    Step("package", "layer of dependencies", dependencies),
    Step("configure", "variables and policies for Chalice", configure),
    Step("website", "static files, before pages name them", site),
    Step("deploy", "chalice deploy", deploy),
    Step("edge", "CDN and webhook API", edge),
    Step("watch", "alarms and dashboard", watch),
    Step("stripe", "webhook endpoint at Stripe", stripe),
    Step("settle", "what the functions could not know before; deploy again if so", settle),
    Step("streams", "retries, bisection, failure destination", mappings),
    Step("smoke", "health, 304, socket, signed event", smoke_test),
    Step("keep", "the release, to roll back to", keep),
)


def rollback(here: Deployment, name: str | None, say: Say) -> str:
    """Put a kept release in the place of what is deployed, the newest unless named. Raises Unusable."""
    kept = releases.listed(here.session.client("s3"), _releases_bucket(here))
    if not kept:
        raise Unusable("No release has passed its smoke test yet, so there is none to go back to.")
    wanted = name or kept[-1]
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        releases.unpack(here.session.client("s3"), _releases_bucket(here), wanted, project)
        _upload(here, project)
        _deploy(here, project, say)
        mappings(here, say)
    smoke_test(here, say)
    return wanted


def remove_stripe(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Stripe calls no more."""
    return _word(changed=stripe_endpoint.remove(here.parameters, here.stage), done="removed")


def remove_watch(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """No alarms for what goes."""
    return _word(changed=here.stacks.delete(f"{here.prefix}-watch"), done="removed")


def remove_edge(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """The way in."""
    return _word(changed=here.stacks.delete(f"{here.prefix}-edge"), done="removed")


def remove_functions(here: Deployment, say: Say) -> str:
    """All that Chalice made."""
    if not adopting.adopt(here.session, here.prefix, here.stage.name, here.project):
        return "nothing to do"
    releases.delete(here.project, here.stage.name, say=say)
    return "removed"


def remove_base(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Buckets with what is in them, queue, logs."""
    outputs = here.outputs("base")
    for name in ("WebsiteBucket", "FailuresBucket", "ReleasesBucket"):
        if name in outputs:
            here.session.resource("s3").Bucket(outputs[name]).object_versions.delete()
    return _word(changed=here.stacks.delete(f"{here.prefix}-base"), done="removed")


def remove_data(here: Deployment, say: Say) -> str:
    """Tables and secrets: everything that people entrusted to this stage."""
    client = here.session.client("dynamodb")
    tables = [f"{here.prefix}-{table}" for table in names.TABLES]
    there = [name for name in tables if _exists(client, name)]
    for name in there:
        client.update_table(TableName=name, DeletionProtectionEnabled=False)
    here.stacks.delete(f"{here.prefix}-data")
    for name in there:
        if _exists(client, name):
            say(f"deleting {name}")
            client.delete_table(TableName=name)
            client.get_waiter("table_not_exists").wait(TableName=name)
    here.parameters.delete_all()
    return f"{len(there)} tables and the secrets removed"


DOWN: tuple[Step, ...] = (
    Step("stripe", "webhook endpoint at Stripe", remove_stripe),
    Step("watch", "alarms and dashboard", remove_watch),
    Step("edge", "CDN and webhook API", remove_edge),
    Step("functions", "chalice delete", remove_functions),
    Step("base", "buckets, queue, log groups", remove_base),
)
DELETE_DATA = Step("data", "ALL DATA: tables and secrets", remove_data)


def _configure(here: Deployment) -> bool:
    return configuring.write(
        here.project, here.stage.name, variables=here.variables(), placeholders=here.placeholders()
    )


def _deploy(here: Deployment, project: Path, say: Say) -> None:
    adopting.adopt(here.session, here.prefix, here.stage.name, project)
    package.build_app(project, python=package.RUNNING)
    releases.deploy(project, here.stage.name, say=say)
    api = adopting.rest_api_id(here.session, here.prefix)
    if api:
        gateway_responses.apply(here.session.client("apigateway"), api)


def _upload(here: Deployment, project: Path) -> list[str]:
    outputs, distribution = here.outputs("base"), here.outputs("edge").get("DistributionId")

    def tell(paths: list[str], reference: str) -> None:
        if distribution:
            website.invalidate(here.session.client("cloudfront"), distribution, paths, reference)

    folder = project / "web" / "public"
    return website.upload(here.session.client("s3"), outputs["WebsiteBucket"], folder, tell=tell)


def _releases_bucket(here: Deployment) -> str:
    return here.outputs("base")["ReleasesBucket"]


def _exists(client: object, table: str) -> bool:
    try:
        client.describe_table(TableName=table)  # type: ignore[attr-defined]
    except client.exceptions.ResourceNotFoundException:  # type: ignore[attr-defined]
        return False
    return True


def _word(*, changed: bool, done: str = "changed") -> str:
    return done if changed else "nothing to do"

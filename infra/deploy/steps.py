"""The steps of a deployment in order: UP, CONFIGURE, DOWN, and `rollback`. Called by the command line.

Every step first looks at what is there and then does what is missing, so that running `up` again completes a run that
was killed. A step returns a few words on what it did.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from infra import website
from infra.checks import check_limits, run_smoke_test
from infra.deploy import (
    adopting,
    configuring,
    gateway_responses,
    limit_requests,
    releases,
    removing,
    run_chalice,
    streams,
    stripe_endpoint,
)
from infra.deploy.deployment import Deployment
from infra.deploy.failure_queue import FailureQueue
from infra.package import build
from infra.settings import Unusable

Say = Callable[[str], None]


class DeployStep(NamedTuple):
    """One step: its name, its purpose, and the function that does it."""

    name: str
    purpose: str
    run: Callable[[Deployment, Say], str]


def check(here: Deployment, say: Say) -> str:  # noqa: ARG001 - steps are called alike
    """Raises Unusable for problems that would stop the run half-way, before anything is created."""
    website.folder_of(here.project)  # is built
    check_limits.check_concurrency(here)
    if here.stacks.status(here.data.name) is None and adopting.has_role(here.session, here.prefix):
        raise Unusable(
            f"The stage {here.stage.name} is deployed in another region of this account: roles have no region, so the "
            f"two would take each other's rights. Give this one another name."
        )
    return f"account {here.account}, {here.stage.region}, Python {build.RUNNING}"


def data(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Creates or updates the tables. They are created unprotected, so that CloudFormation can undo a first try that
    fails, and protected afterwards.
    """
    is_new = here.stacks.status(here.data.name) is None and here.stacks.apply(here.tables(protected=False))
    return _word(changed=here.stacks.apply(here.data) or is_new)


def base(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Creates or updates buckets, failure queue and log groups. Deletes the test message that S3 sends for a new
    notification, because it is no failure.
    """
    if not here.stacks.apply(here.base):
        return _word(changed=False)
    queue = FailureQueue(here.session.client("sqs"), here.outputs("base")["FailureQueueUrl"])
    try:
        queue.receive(1, keep_tests=False)
    finally:
        queue.release()
    return _word(changed=True)


def secrets(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Creates the keys that the functions need at their first start, and sets Parameter Store's throughput."""
    made = ["keys made"] if here.parameters.ensure_keys() else []
    made += ["high throughput switched on"] if here.parameters.ensure_throughput() else []
    return ", ".join(made) or "there"


def dependencies(here: Deployment, say: Say) -> str:
    """Builds the layer that all functions share."""
    architecture = configuring.architecture(here.project)
    built = build.build(here.project, python=build.RUNNING, architecture=architecture, progress=say)
    return f"{(built.bytes + built.app_bytes) / 1e6:.1f} MB"


def configure(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Writes variables and policies for `chalice deploy`."""
    return _word(changed=_configure(here))


def configure_only(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Writes the same for a stage that is up, and Chalice's records, so that `chalice deploy` works in this checkout.
    Keeps the website's deployed release, because Chalice does not upload the website.
    """
    if not here.outputs("data") or not here.outputs("base"):
        raise Unusable(f"{here.prefix} is not up: run `up` first.")
    records = adopting.adopt(here.session, here.prefix, here.stage.name, here.project)
    changed = _configure(here, adopting.variables(here.session, here.prefix).get("WEBSITE", ""))
    return f"{_word(changed=changed)}, {len(records)} things of Chalice's found"


def proof(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Makes the CDN of an older release without an origin secret send one, before the functions require it."""
    there = here.outputs("edge") if here.stage.cdn else {}
    return _word(changed=bool(there) and "OriginDigest" not in there and here.stacks.apply(here.edge))


def deploy(here: Deployment, say: Say) -> str:
    """Deploys the functions, REST API, WebSocket API and timers."""
    _deploy(here, here.project, say)
    return "deployed"


def edge(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Creates or updates the CDN and the webhook's API."""
    return _word(changed=here.stacks.apply(here.edge)) if here.stage.cdn else "without a CDN"


def watch(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Creates or updates alarms, dashboard and budget."""
    return _word(changed=here.stacks.apply(here.watch))


def stripe(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Creates or updates the webhook endpoint at Stripe."""
    connect, base = here.stage.connect, here.stripe_api
    done = stripe_endpoint.ensure(here.parameters, here.owner, here.webhook_url, connect=connect, api_base=base)
    return "no key of Stripe's: free tickets only" if done == "none" else done


def settle(here: Deployment, say: Say) -> str:
    """Deploys again when a variable has changed: the first deploy does not know the public URL, socket URL and webhook
    secret, and a replaced CDN secret must be removed. Then deletes outdated endpoints at Stripe.
    """
    again = _configure(here)
    if again:
        _deploy(here, here.project, say)
    stripe_endpoint.retire(here.parameters, here.owner, connect=here.stage.connect, api_base=here.stripe_api)
    return "deployed again" if again else "nothing new"


def mappings(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Applies the stream settings that Chalice cannot express."""
    changed = streams.apply(here.session.client("lambda"), here.prefix, here.outputs("base")["FailuresBucket"])
    return "set for " + ", ".join(changed) if changed else "as wished"


def site(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Uploads the files of the website."""
    return f"{len(_upload(here, here.project))} files sent"


def smoke_test(here: Deployment, say: Say) -> str:
    """Checks the deployed product from outside. Raises SmokeFailed."""
    return run_smoke_test.run(here, say, past_the_cdn=here.api_url if here.stage.cdn else "")


def keep(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Stores the release for a rollback, and removes files of the website that no page uses any more."""
    client = here.session.client("s3")
    name = releases.keep(client, _releases_bucket(here), here.project, here.stage.name)
    _settle_on(here, name, here.project)
    return name


UP: tuple[DeployStep, ...] = (
    DeployStep("check", "account, limits", check),
    DeployStep("data", "tables, in CloudFormation", data),
    DeployStep("base", "buckets, failure queue, log groups", base),
    DeployStep("secrets", "keys in Parameter Store", secrets),
    DeployStep("package", "layer of dependencies", dependencies),
    DeployStep("configure", "variables and policies for Chalice", configure),
    DeployStep("website", "static files, before pages name them", site),
    DeployStep("proof", "the CDN proves itself, before that is asked for", proof),
    DeployStep("deploy", "chalice deploy", deploy),
    DeployStep("edge", "CDN and webhook API", edge),
    DeployStep("watch", "alarms and dashboard", watch),
    DeployStep("stripe", "webhook endpoint at Stripe", stripe),
    DeployStep("settle", "what the functions could not know before; deploy again if so", settle),
    DeployStep("streams", "retries, bisection, failure destination", mappings),
    DeployStep("smoke", "health, 304, socket, signed event", smoke_test),
    DeployStep("keep", "the release, to roll back to", keep),
)


CONFIGURE: tuple[DeployStep, ...] = (
    DeployStep("package", "layer of dependencies", dependencies),
    DeployStep("configure", "variables, policies and records for Chalice", configure_only),
)
"""The steps that `chalice deploy` needs in a checkout that did not bring the stage up."""


def last_good(here: Deployment) -> str:
    """Returns the release to roll back to when a new one fails. Raises Unusable when there is none."""
    return _there(releases.live(here.session.client("s3"), _releases_bucket(here)))


def one_before(here: Deployment) -> str:
    """Returns the release before the deployed one. Raises Unusable when there is none."""
    return _there(releases.before(here.session.client("s3"), _releases_bucket(here)))


def rollback(here: Deployment, name: str, say: Say) -> str:
    """Deploys a stored release again: its code and files, with the current variables and secrets. Returns its name.
    Raises Unusable.
    """
    client = here.session.client("s3")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        releases.unpack(client, _releases_bucket(here), name, project)
        variables = here.variables(website.release(website.folder_of(project)))
        configuring.write_for_rollback(project, here.stage.name, region=here.stage.region, variables=variables)
        _upload(here, project)
        _deploy(here, project, say)
        _set_deployed_mappings(here)
        run_smoke_test.run(here, say, past_the_cdn="")  # an older release may not check the CDN's secret
        _settle_on(here, name, project)
    return name


DOWN: tuple[DeployStep, ...] = (
    DeployStep("stripe", "webhook endpoint at Stripe", removing.stripe),
    DeployStep("watch", "alarms and dashboard", removing.watch),
    DeployStep("edge", "CDN and webhook API", removing.edge),
    DeployStep("functions", "chalice delete", removing.functions),
    DeployStep("base", "buckets, queue, log groups", removing.base),
)
DELETE_DATA = DeployStep("data", "ALL DATA: tables and secrets", removing.data)


def _configure(here: Deployment, release: str = "") -> bool:
    return configuring.write(
        here.project,
        here.stage.name,
        region=here.stage.region,
        variables=here.variables(release),
        placeholders=here.placeholders(),
    )


def _deploy(here: Deployment, project: Path, say: Say) -> None:
    build.build_app(project, python=build.RUNNING)
    stage = here.stage
    run_chalice.deploy(
        project,
        stage=stage.name,
        region=stage.region,
        adopt=lambda: adopting.adopt(here.session, here.prefix, stage.name, project),
        say=say,
    )
    api = adopting.rest_api_id(here.session, here.prefix)
    if api:
        client = here.session.client("apigateway")
        gateway_responses.apply(client, api)
        limit_requests.apply(client, api, per_second=here.stage.requests_per_second)


def _upload(here: Deployment, project: Path) -> list[str]:
    outputs, distribution = here.outputs("base"), here.outputs("edge").get("DistributionId")

    def tell(paths: list[str]) -> None:
        if distribution:
            website.invalidate(here.session.client("cloudfront"), distribution, paths)

    folder = website.folder_of(project)
    return website.upload(here.session.client("s3"), outputs["WebsiteBucket"], folder, tell=tell)


def _set_deployed_mappings(here: Deployment) -> None:
    """Applies the stream settings of the deployed functions: a release from before `send_mails` has fewer functions."""
    client, bucket = here.session.client("lambda"), here.outputs("base")["FailuresBucket"]
    streams.apply(client, here.prefix, bucket, streams.deployed(client, here.prefix))


def _releases_bucket(here: Deployment) -> str:
    return here.outputs("base")["ReleasesBucket"]


def _settle_on(here: Deployment, name: str, project: Path) -> None:
    client = here.session.client("s3")
    website.prune(client, here.outputs("base")["WebsiteBucket"], website.folder_of(project))
    releases.mark_live(client, _releases_bucket(here), name)


def _there(name: str | None) -> str:
    if name is None:
        raise Unusable("No such release was kept, so there is none to go back to.")
    return name


def _word(*, changed: bool) -> str:
    return "changed" if changed else "nothing to do"

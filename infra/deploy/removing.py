"""The steps of `down`: what `up` made goes, the data only when that is said. Called by steps.py, in its order.

Each looks for what is there, so a run that was killed anywhere is finished by running it again.
"""

from collections.abc import Callable
from typing import Any

from infra import names
from infra.deploy import adopting, run_chalice, stripe_endpoint
from infra.deploy.deployment import Deployment
from infra.settings import Unusable

Say = Callable[[str], None]
BUCKETS = ("WebsiteBucket", "FailuresBucket", "ReleasesBucket")


def stripe(here: Deployment, say: Say) -> str:
    """Stripe calls no more. Its refusal keeps nothing else from going."""
    try:
        return _word(stripe_endpoint.remove(here.parameters, here.owner, api_base=here.stripe_api))
    except Unusable as problem:
        say(f"{problem} Delete the endpoint in Stripe's dashboard.")
        return "left as it is"


def watch(here: Deployment, say: Say) -> str:  # noqa: ARG001 - steps are called alike
    """No alarms for what goes."""
    return _word(here.stacks.delete(f"{here.prefix}-watch"))


def edge(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """The way in."""
    return _word(here.stacks.delete(f"{here.prefix}-edge"))


def functions(here: Deployment, say: Say) -> str:
    """All that Chalice made."""
    if not adopting.adopt(here.session, here.prefix, here.stage.name, here.project):
        return _word(0)
    run_chalice.run(here.project, "delete", stage=here.stage.name, region=here.stage.region, say=say)
    return _word(1)


def base(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Buckets with what is in them, queue, logs."""
    outputs, resources = here.outputs("base"), here.session.resource("s3")
    for name in BUCKETS:
        if name in outputs:
            bucket = resources.Bucket(outputs[name])
            try:
                bucket.object_versions.delete()
            except resources.meta.client.exceptions.NoSuchBucket:
                continue  # an earlier run came further
    return _word(here.stacks.delete(f"{here.prefix}-base"))


def data(here: Deployment, say: Say) -> str:
    """Tables and secrets: everything that people entrusted to this stage."""
    client = here.session.client("dynamodb")
    there = [name for name in (f"{here.prefix}-{table}" for table in names.TABLES) if _exists(client, name)]
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


def _exists(client: Any, table: str) -> bool:
    try:
        client.describe_table(TableName=table)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True


def _word(removed: int) -> str:
    return "removed" if removed else "nothing to do"

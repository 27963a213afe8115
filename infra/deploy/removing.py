"""The steps of `down`, which remove what `up` created; data only when the user asks for it. steps.py has their order.

Each step looks for what is there, so that running `down` again completes a run that was killed. A step returns a few
words on what it did.
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
    """Deletes the webhook endpoints at Stripe. If Stripe refuses, the other steps still run."""
    try:
        return _word(stripe_endpoint.remove(here.parameters, here.owner, api_base=here.stripe_api))
    except Unusable as problem:
        say(f"{problem} Delete the endpoint in Stripe's dashboard.")
        return "left as it is"


def watch(here: Deployment, say: Say) -> str:  # noqa: ARG001 - steps are called alike
    """Deletes the alarms, before the steps that would set them off."""
    return _word(here.stacks.delete(f"{here.prefix}-watch"))


def edge(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Deletes the CDN and the webhook API."""
    return _word(here.stacks.delete(f"{here.prefix}-edge"))


def functions(here: Deployment, say: Say) -> str:
    """Deletes everything that Chalice created."""
    if not adopting.adopt(here.session, here.prefix, here.stage.name, here.project):
        return _word(0)
    run_chalice.run(here.project, "delete", stage=here.stage.name, region=here.stage.region, say=say)
    return _word(1)


def base(here: Deployment, say: Say) -> str:  # noqa: ARG001
    """Deletes the buckets with their contents, the failure queue and the logs."""
    outputs, resources = here.outputs("base"), here.session.resource("s3")
    for name in BUCKETS:
        if name in outputs:
            bucket = resources.Bucket(outputs[name])
            try:
                bucket.object_versions.delete()
            except resources.meta.client.exceptions.NoSuchBucket:
                continue  # an earlier run deleted it
    return _word(here.stacks.delete(f"{here.prefix}-base"))


def data(here: Deployment, say: Say) -> str:
    """Deletes the tables and secrets: all data of this stage."""
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

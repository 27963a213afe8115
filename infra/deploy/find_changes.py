"""Finds what `up` would change in a stage's stacks, for `python -m infra diff` and for `up` before it asks."""

from typing import Any

from infra.deploy.deployment import Deployment


def of(here: Deployment) -> dict[str, Any]:
    """Returns the changes by stack. Stacks that need a deployed API are left out until there is one."""
    stacks = {"data": here.data, "base": here.base}
    if here.function_arn("api_handler") and here.outputs("base"):
        stacks["watch"] = here.watch
        if here.stage.cdn:
            stacks["edge"] = here.edge
    return {part: here.stacks.changes(stack) for part, stack in stacks.items()}

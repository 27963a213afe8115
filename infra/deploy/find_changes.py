"""What `up` would change in a stage's stacks: what `python -m infra diff` shows, and `up` before it asks."""

from typing import Any

from infra.deploy.deployment import Deployment


def of(here: Deployment) -> dict[str, Any]:
    """Changes by stack. Those that need a deployed API are looked at when there is one."""
    stacks = {"data": here.data, "base": here.base}
    if here.function_arn("api_handler") and here.outputs("base"):
        stacks["watch"] = here.watch
        if here.stage.cdn:
            stacks["edge"] = here.edge
    return {part: here.stacks.changes(stack) for part, stack in stacks.items()}

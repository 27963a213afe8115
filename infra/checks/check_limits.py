"""Checks that the account has room for the stage. Called by the first step of `up`, before anything is created."""

from infra.deploy import configuring
from infra.deploy.deployment import Deployment
from infra.settings import Unusable

UNRESERVED = 100
"""Concurrent executions that Lambda keeps for functions without a reservation."""


def check_concurrency(here: Deployment) -> None:
    """Raises Unusable when too few concurrent executions are left. Reservations of other stages and applications in the
    account count as well.
    """
    wished = configuring.reserved(here.project, here.stage.name)
    if not wished:
        return
    client = here.session.client("lambda")
    left = client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    ours = sum(
        client.get_function_concurrency(FunctionName=arn).get("ReservedConcurrentExecutions", 0)
        for arn in map(here.function_arn, wished)
        if arn
    )
    if left + ours < sum(wished.values()) + UNRESERVED:
        raise Unusable(
            f"This account has {left + ours} concurrent executions left for the stage, which reserves "
            f"{sum(wished.values())}, and Lambda wants {UNRESERVED} to stay. Ask AWS for a higher quota "
            f"(docs/operations.md#limits) or take reserved_concurrency out of .chalice/config.json."
        )

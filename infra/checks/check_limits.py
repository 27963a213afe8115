"""Does the account have room for the stage? Asked by the first step of `up`, before anything is made."""

from infra.deploy import configuring
from infra.deploy.deployment import Deployment
from infra.settings import Unusable

UNRESERVED = 100
"""What Lambda insists on leaving to functions without a reservation."""


def check_concurrency(here: Deployment) -> None:
    """Raises Unusable. What other stages and applications of the account have reserved counts as well."""
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

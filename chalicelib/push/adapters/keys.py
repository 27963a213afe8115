"""Key formats of push subscriptions in the connections table: beside aws/dynamo_keys.py, whose rules hold."""

from chalicelib.aws.dynamo_keys import Key


def push_subscriptions(user_id: str) -> Key:
    """The browsers of a person that get pushes."""
    return f"USER#{user_id}", "PUSH"


def push_owner(subscription_id: str) -> Key:
    """The owner of a browser that gets pushes."""
    return f"PUSH#{subscription_id}", "PUSH_OWNER"

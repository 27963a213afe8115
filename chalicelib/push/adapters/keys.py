"""Key formats of push subscriptions in the connections table. The rules of aws/dynamo_keys.py hold."""

from chalicelib.aws.dynamo_keys import Key


def push_subscriptions(user_id: str) -> Key:
    """The push subscriptions of a person."""
    return f"USER#{user_id}", "PUSH"


def push_owner(subscription_id: str) -> Key:
    """The owner of a push subscription."""
    return f"PUSH#{subscription_id}", "PUSH_OWNER"

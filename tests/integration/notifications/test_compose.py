"""The items that messages add to a transaction equal the number that is counted when it is filled."""

from typing import Any

import pytest

from chalicelib.notifications.domain.notification import Mail
from chalicelib.notifications.services.compose import Messages, items_of
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.transactions import sizes_of_transactions
from tests.integration.conftest import notification


@pytest.mark.parametrize(
    ("told", "mails", "expected"),
    [
        ([("ada", None)], 0, 3),
        ([("ada", None)], 2, 7),
        ([("ada", 60)], 1, 6),
        ([("ada", 60), ("ada", 60)], 0, 6),
        ([("ada", 60), ("grace", 60)], 0, 8),
        ([("ada", 60), ("ada", 120), ("grace", None)], 1, 12),
    ],
)
def test_items_of_messages_are_those_that_are_written(
    database: DatabaseEndpoint, told: list[tuple[str, int | None]], mails: int, expected: int
) -> None:
    from chalicelib.aws.dynamo_transactions import Transaction
    from chalicelib.notifications.adapters.writes import add_mail, add_notifications

    notifications = [notification(user_id)._replace(digest_at=at) for user_id, at in told]
    text: dict[str, Any] = {"subject": "S", "text": "T", "html": "H"}
    letters = [Mail(key=f"key {number}", to="ada@example.org", **text) for number in range(mails)]
    transaction = Transaction()
    add_notifications(transaction, notifications)
    for mail in letters:
        add_mail(transaction, mail)
    with sizes_of_transactions() as sizes:
        transaction.commit()
    assert (items_of(Messages(tuple(notifications), tuple(letters))), sizes) == (expected, [expected])

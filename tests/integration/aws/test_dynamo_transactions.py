"""What a transaction holds, and what the database does with more."""

import pytest

from chalicelib.core.transactions import MAX_ITEMS
from local.dynamodb.database_server import DatabaseEndpoint


@pytest.mark.parametrize(("items", "is_taken"), [(MAX_ITEMS, True), (MAX_ITEMS + 1, False)])
def test_commit_of_more_than_the_database_takes_writes_nothing(
    database: DatabaseEndpoint, items: int, is_taken: bool
) -> None:
    from pynamodb.exceptions import TransactWriteError

    from chalicelib.aws import dynamo_keys as keys
    from chalicelib.aws.dynamo_transactions import Transaction
    from chalicelib.representations.dynamo_items import DirectoryItem

    transaction = Transaction()
    for number in range(items):
        transaction.put("one", DirectoryItem(*keys.directory_entry(f"event-{number}"), id="1", body="{}"))
    if is_taken:
        transaction.commit()
    else:
        with pytest.raises(TransactWriteError):
            transaction.commit()
    assert DirectoryItem.count(keys.directory_entry("")[0]) == (MAX_ITEMS if is_taken else 0)

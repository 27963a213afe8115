"""The limits of a transaction, and the database's errors above them."""

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


def test_try_save_and_try_update_without_their_condition_write_nothing(database: DatabaseEndpoint) -> None:
    from chalicelib.aws import dynamo_keys as keys
    from chalicelib.aws.dynamo_transactions import try_save, try_update
    from chalicelib.representations.dynamo_items import DirectoryItem

    key, absent = keys.directory_entry("one"), DirectoryItem.pk.does_not_exist()
    saved = [try_save(DirectoryItem(*key, id=id, body="{}"), absent) for id in ("first", "second")]
    moved = [
        try_update(DirectoryItem(*key), [DirectoryItem.body.set("moved")], DirectoryItem.id == id)
        for id in ("second", "first")
    ]
    kept = DirectoryItem.get(*key, consistent_read=True)
    assert (saved, moved, kept.id, kept.body) == ([True, False], [False, True], "first", "moved")


def test_try_save_and_try_update_that_are_refused_otherwise_raise(database: DatabaseEndpoint) -> None:
    from pynamodb.exceptions import PutError, UpdateError

    from chalicelib.aws import dynamo_keys as keys
    from chalicelib.aws.dynamo_transactions import try_save, try_update
    from chalicelib.representations.dynamo_items import DirectoryItem

    item = DirectoryItem(*keys.directory_entry("one"), id="1", body="x" * 500_000)  # the limit of an item is 400 KB
    with pytest.raises(PutError):
        try_save(item, DirectoryItem.pk.does_not_exist())
    with pytest.raises(UpdateError):
        try_update(item, [DirectoryItem.body.set("x" * 500_000)], DirectoryItem.pk.does_not_exist())
    assert DirectoryItem.count(keys.directory_entry("")[0]) == 0

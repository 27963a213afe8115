"""The writers of an item are found through variables, parameters, functions that make items, and class names."""

from docs.generators.item_writers import items, writes


def writers(key: str) -> set[str]:
    return {write.module for write in writes() if write.key == key}


def test_writer_is_the_module_that_uses_a_shaped_item() -> None:
    assert writers("order") == {"orders/adapters/dynamo", "check_in/adapters/dynamo"}


def test_writer_of_a_key_in_a_parameter_is_the_module_that_gives_it() -> None:
    assert writers("quota") == {"catalog/adapters/quotas"}
    assert writers("code") == {"catalog/adapters/codes"}


def test_writer_is_found_when_class_and_key_are_in_variables() -> None:
    assert writers("push_subscriptions") == {"push/adapters/dynamo"}


def test_writer_is_found_when_keys_come_from_a_loop_or_a_function() -> None:
    assert writers("role_in_event") == {"content/adapters/events", "team/adapters/dynamo"}


def test_writer_without_a_class_of_items_is_found() -> None:
    assert writers("stripe_inbox") == {"payments/adapters/inbox"}


def test_items_have_the_attributes_of_their_tables() -> None:
    found = items()
    assert "expires_at" in found["ConnectionItem"].attributes
    assert "expires_at" not in found["OrderItem"].attributes
    assert found["ConnectionItem"].table == "ConnectionsTable"

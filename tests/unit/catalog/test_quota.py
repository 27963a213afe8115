"""Validation of quotas."""

import pytest

from chalicelib.catalog.domain.quota import QuotaFields

A, B = "01HZZZZZZZZZZZZZZZZZZZ0001", "01HZZZZZZZZZZZZZZZZZZZ0002"


@pytest.mark.parametrize(("types", "pointers"), [([A], []), ([A, B], []), ([A, B, A], ["/ticket_type_ids"])])
def test_check_types_named_twice_are_refused(types: list[str], pointers: list[str]) -> None:
    fields = QuotaFields(name="Hall", quantity=10, ticket_type_ids=types)
    assert [violation.pointer for violation in fields.violations()] == pointers

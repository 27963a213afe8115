"""The effect of a typed code, and how many wrong codes one source may try."""

from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.catalog.domain.code import AccessCode, Discount, DiscountKind
from chalicelib.catalog.ports import StoredLimit
from chalicelib.catalog.services.redeem_code import GUESSES, RedeemCode
from chalicelib.core.errors import InvalidInput, TooManyAttempts
from chalicelib.core.kinds import CodeKind
from tests.unit.orders.builders import ID, MOMENT, clock_at

_STORED: dict[str, Any] = {"id": "C", "created_at": MOMENT, "updated_at": MOMENT}
HALF = Discount(code="HALF", kind=DiscountKind.PERCENT, percent=50, **_STORED)
EARLY = AccessCode(code="Early", ticket_type_ids=[ID], **_STORED)
LATER, BEFORE = MOMENT + timedelta(days=1), MOMENT - timedelta(days=1)


class FakeStore:
    """The ports `Codes` and `Attempts` in memory, for one event."""

    def __init__(self, *codes: Discount | AccessCode) -> None:
        self.codes = {one.code.lower(): one for one in codes}
        self.guesses: Counter[str] = Counter()

    def find(self, event_id: str, kind: CodeKind, name: str) -> StoredLimit | None:
        found = self.codes.get(name)
        is_kind = isinstance(found, AccessCode if kind is CodeKind.ACCESS else Discount)
        return StoredLimit("C", "tag", msgspec.json.encode(found).decode(), 1) if is_kind else None

    def count_attempt(self, subject: str, *, now: int, window: int, by: int = 1) -> int:
        self.guesses[subject] += by
        return self.guesses[subject]


def redeeming(*codes: Discount | AccessCode) -> tuple[RedeemCode, FakeStore]:
    store: Any = FakeStore(*codes)
    return RedeemCode(store, store, clock_at(MOMENT.timestamp())), store


@pytest.mark.parametrize("text", ["HALF", "half", " half ", "ＨＡＬＦ"])
def test_redeem_a_discount_however_it_is_written(text: str) -> None:
    assert redeeming(HALF)[0].redeem_discount("E", text, source="s").code == HALF


def test_redeem_an_access_code() -> None:
    assert redeeming(EARLY)[0].redeem_access_code("E", "early", source="s").code == EARLY


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"active": False}, "unknown_discount"),
        ({"valid_from": LATER}, "discount_expired"),
        ({"valid_until": MOMENT}, "discount_expired"),
        ({"valid_until": BEFORE}, "discount_expired"),
    ],
)
def test_redeem_a_discount_that_cannot_be_used_says_why(fields: dict[str, Any], code: str) -> None:
    service, _ = redeeming(msgspec.structs.replace(HALF, **fields))
    with pytest.raises(InvalidInput) as refused:
        service.redeem_discount("E", "HALF", source="s")
    assert refused.value.code == code


def test_redeem_a_code_of_the_other_kind_is_unknown() -> None:
    service, _ = redeeming(HALF, EARLY)
    for redeem, text in ((service.redeem_discount, "early"), (service.redeem_access_code, "half")):
        with pytest.raises(InvalidInput) as refused:
            redeem("E", text, source="s")
        assert refused.value.code in ("unknown_discount", "unknown_access_code")


def test_guess_too_often_is_refused_even_with_the_right_code_then() -> None:
    service, _ = redeeming(HALF)
    for _ in range(GUESSES):
        with pytest.raises(InvalidInput):
            service.redeem_discount("E", "wrong", source="s")
    with pytest.raises(TooManyAttempts):
        service.redeem_discount("E", "HALF", source="s")
    with pytest.raises(TooManyAttempts):
        service.redeem_access_code("E", "HALF", source="s")
    assert service.redeem_discount("E", "HALF", source="another").code == HALF
    assert service.redeem_discount("F", "HALF", source="s").code == HALF


def test_guess_right_or_at_the_wrong_time_counts_for_nothing() -> None:
    service, store = redeeming(HALF, msgspec.structs.replace(EARLY, valid_from=LATER))
    service.redeem_discount("E", "HALF", source="s")
    with pytest.raises(InvalidInput):
        service.redeem_access_code("E", "early", source="s")
    assert set(store.guesses.values()) == {0}

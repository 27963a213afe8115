"""How many rows of a list fit in a response."""

from collections.abc import Iterator

import pytest

from chalicelib.representations import rows as parts
from chalicelib.representations.rows import Part, fill


def rows(*wanted: bool) -> list[tuple[str, str | None]]:
    return [(f"p{n}", f"t{n}" if one else None) for n, one in enumerate(wanted)]


@pytest.mark.parametrize(
    ("limit", "part"),
    [
        (1, Part(["t0"], "p0")),
        (2, Part(["t0", "t2"], "p2")),
        (3, Part(["t0", "t2", "t3"])),
        (9, Part(["t0", "t2", "t3"])),
    ],
)
def test_fill_takes_as_many_as_asked_for_and_says_where_to_go_on(limit: int, part: Part) -> None:
    assert fill(rows(True, False, True, True), limit=limit) == part


def test_fill_of_nothing_is_the_end() -> None:
    assert fill([], limit=5) == Part([])


def test_fill_looks_no_further_than_one_row_behind() -> None:
    seen = []

    def counted() -> Iterator[tuple[str, str | None]]:
        for place, text in rows(*[True] * 9):
            seen.append(place)
            yield place, text

    assert fill(counted(), limit=2) == Part(["t0", "t1"], "p1")
    assert seen == ["p0", "p1", "p2"]


def test_fill_stops_before_an_answer_gets_too_long_as_lambda_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MAX_BYTES", 20)
    long = [(str(n), "éé") for n in range(5)]  # 14 characters each, once escaped and quoted
    assert fill(long, limit=9) == Part(["éé", "éé"], "1")


def test_fill_gives_up_looking_for_what_is_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MAX_LOOKED_AT", 3)
    assert fill(rows(False, False, False, True), limit=9) == Part([], "p2")
    assert fill(rows(False, False, True), limit=9) == Part(["t2"])

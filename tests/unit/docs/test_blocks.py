"""Generated parts of documents: only the text between the marks is renewed, and no part may be missing."""

import pytest

from docs.generators.blocks import fill, table

PAGE = "Before.\n<!-- generated: one -->\n\nold\n\n<!-- end: one -->\nAfter.\n"


def test_fill_renews_the_part_and_nothing_else() -> None:
    filled = fill(PAGE, {"one": "new"})
    assert filled == PAGE.replace("old", "new")
    assert fill(filled, {"one": "new"}) == filled


@pytest.mark.parametrize("blocks", [{}, {"one": "new", "two": "more"}, {"two": "more"}])
def test_fill_other_parts_than_the_document_has_is_an_error(blocks: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="generated parts"):
        fill(PAGE, blocks)


def test_table_has_a_line_below_its_head_and_empty_cells() -> None:
    assert table(("a", "b"), [("1", ""), ("", "2")]) == "| a | b |\n|---|---|\n| 1 | |\n| | 2 |"

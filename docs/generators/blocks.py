"""Fills the generated parts of a document. Called by docs/generate.py.

A generated part is between `<!-- generated: NAME -->` and `<!-- end: NAME -->`; everything else is written by hand.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

_BLOCK = re.compile(r"(<!-- generated: (?P<name>[a-z_-]+) -->\n).*?(<!-- end: (?P=name) -->)", re.DOTALL)


def fill(text: str, blocks: Mapping[str, str]) -> str:
    """Returns the text with its generated parts replaced by `blocks`. Raises ValueError when the names differ."""
    found = [match["name"] for match in _BLOCK.finditer(text)]
    if sorted(found) != sorted(blocks):
        raise ValueError(f"the document has the generated parts {sorted(found)}, the code makes {sorted(blocks)}")
    return _BLOCK.sub(lambda match: f"{match[1]}\n{blocks[match['name']].strip()}\n\n{match[3]}", text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a Markdown table."""
    lines = [_row(head), "|---" * len(head) + "|", *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "".join(f"| {cell} " if cell else "| " for cell in cells) + "|"

"""Numbers in documents match the code: how many functions, tables and stacks there are, how much concurrency is
reserved.

A number before such a noun must be right in every document except decision records, which describe their own date.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import names
from infra.deploy import configuring

ROOT = Path(__file__).parents[3]
WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
COUNTS = {
    "functions": len(names.FUNCTIONS),
    "tables": len(names.TABLES),
    "timers": len(names.TIMERS),
    "streams": len(names.STREAM_FUNCTIONS),
    "stacks": len(list((ROOT / "infra" / "stacks").glob("[a-z]*.yaml"))),
    "secrets": len(names.SECRETS),
}
COUNTED = re.compile(rf"\b(?:the|all|its|of)\s+(\d+|{'|'.join(WORDS)})\s+({'|'.join(COUNTS)})\b")
READ = (
    *("README.md", "CONTRIBUTING.md", ".env.example", "docs/*.md", "infra/**/*.py", "infra/**/*.yaml"),
    *("infra/*.toml", "chalicelib/**/*.py", "local/**/*.py", "tests/deploy/**/*.py"),
)


def texts() -> Iterator[tuple[str, str]]:
    for pattern in READ:
        for file in sorted(ROOT.glob(pattern)):
            yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")


def number(text: str) -> int:
    return int(text) if text.isdigit() else WORDS.index(text)


def test_counts_in_prose_are_those_of_the_code() -> None:
    wrong = [
        f"{file}: {found[0]!r}, there are {COUNTS[found[2]]}"
        for file, text in texts()
        for found in COUNTED.finditer(text)
        if number(found[1]) != COUNTS[found[2]]
    ]
    assert wrong == []


@pytest.mark.parametrize("stage", ["prod"])
def test_reserved_concurrency_in_the_guide_is_that_of_the_configuration(stage: str) -> None:
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    told = re.findall(rf"`{stage}` reserves (\d+)", guide)
    assert [int(one) for one in told] == [sum(configuring.reserved(ROOT, stage).values())]


def test_count_is_found_across_lines_and_in_digits() -> None:
    found = [(one[1], one[2]) for one in COUNTED.finditer("runs the\n  nine functions of all 6 tables")]
    assert found == [("nine", "functions"), ("6", "tables")]

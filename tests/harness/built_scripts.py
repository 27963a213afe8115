"""Reads the imports of the built scripts in web/dist: minified modules that name each other by relative paths."""

import posixpath
import re
from pathlib import Path

from infra.website import folder_of

WEBSITE = folder_of(Path(__file__).parents[2])
_FROM = re.compile(r"""(?:\bfrom|\bimport)\s*["'`](\.[^"'`]+\.js)["'`]""")
_LATER = re.compile(r"""\bimport\(\s*["'`](\.[^"'`]+\.js)["'`]""")


def static_imports(file: str) -> set[str]:
    """Returns the files that a file imports before it runs, directly or not. Names are relative to web/dist."""
    return _walk(file, _FROM)


def all_imports(file: str) -> set[str]:
    """Returns the files that a file may ever import, directly or not."""
    return _walk(file, _FROM, _LATER)


def direct_imports(file: str) -> set[str]:
    """Returns the files that a file itself imports, at once or later."""
    return _named(file, _FROM, _LATER)


def _walk(file: str, *patterns: re.Pattern[str]) -> set[str]:
    found: set[str] = set()
    left = {file}
    while left:
        new = _named(left.pop(), *patterns) - found
        found |= new
        left |= new
    return found - {file}


def _named(file: str, *patterns: re.Pattern[str]) -> set[str]:
    code = (WEBSITE / file).read_text()
    folder = posixpath.dirname(file)
    return {posixpath.normpath(f"{folder}/{name}") for pattern in patterns for name in pattern.findall(code)}

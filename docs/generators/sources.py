"""Parses the source of the product, for the generators that read code without running it."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "chalicelib"


@cache
def parse(path: Path) -> ast.Module:
    """Returns the syntax tree of a file."""
    return ast.parse(path.read_text())


@cache
def modules() -> dict[str, ast.Module]:
    """Returns the syntax tree of every module of the product, by its path below chalicelib without `.py`."""
    found = sorted(PRODUCT.rglob("*.py"))
    return {path.relative_to(PRODUCT).with_suffix("").as_posix(): parse(path) for path in found}


def first_sentence(node: ast.Module | ast.ClassDef | ast.FunctionDef) -> str:
    """Returns the first sentence of a docstring, on one line and without the full stop. Raises ValueError without a
    docstring.
    """
    text = ast.get_docstring(node)
    if not text:
        raise ValueError(f"no docstring: {getattr(node, 'name', 'a module')}")
    paragraph = " ".join(text.partition("\n\n")[0].split())
    return paragraph.partition(". ")[0].rstrip(".")

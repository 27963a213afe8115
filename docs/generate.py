"""Writes the documents, parts of documents and tables for the browser that are generated from the code. `--check` only
compares.

Run by `make openapi` and `make docs-check`. Each text but the OpenAPI document comes from a module of docs/generators/.
"""

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from docs.generators import currencies, data_model, notifications, order_states, tree
from docs.generators.blocks import fill

HERE = Path(__file__).parent
ROOT = HERE.parent


def openapi() -> str:
    """Returns the OpenAPI document of all routes, as JSON."""
    from tests.harness import environment

    environment.prepare("http://127.0.0.1:9")
    import app  # noqa: F401 - importing registers every route
    from chalicelib.api.openapi import document

    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def filled(path: Path, blocks: Callable[[], Mapping[str, str]]) -> str:
    """Returns the text of a document with its generated parts renewed."""
    return fill(path.read_text(), blocks())


WHOLE: Mapping[Path, Callable[[], str]] = {
    HERE / "openapi.json": openapi,
    HERE / "order-states.md": order_states.page,
    ROOT / "web/src/ui/currencies.ts": currencies.module,
}
PARTS: Mapping[Path, Callable[[], Mapping[str, str]]] = {
    HERE / "architecture.md": tree.blocks,
    HERE / "data-model.md": data_model.blocks,
    HERE / "notifications.md": notifications.blocks,
    ROOT / "CONTRIBUTING.md": lambda: {"levels": tree.levels()},
}
GENERATED: Mapping[Path, Callable[[], str]] = {
    **WHOLE,
    **{path: partial(filled, path, blocks) for path, blocks in PARTS.items()},
}


def main(arguments: list[str]) -> int:
    """Writes the documents that are out of date. With --check only prints them and returns exit code 1."""
    made = {path: make() for path, make in GENERATED.items()}
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date; run `make openapi`.")
        return 1 if stale else 0
    for path in stale:
        path.write_text(made[path])
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

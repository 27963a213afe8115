"""Writes what is generated from the code: documents, and tables for the browser. `--check` only compares.

Run by `make openapi` and `make docs-check`.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent


def openapi() -> str:
    """The OpenAPI document of the application, with all its routes."""
    from tests.harness import environment

    environment.prepare("http://127.0.0.1:9")
    import app  # noqa: F401 - importing registers every route
    from chalicelib.api.openapi import document

    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def order_states() -> str:
    """What facts make of an order, and what payments make of the facts, from the data and rules the code runs on."""
    from docs.order_states import page

    return page()


def currencies() -> str:
    """The browser's table of currencies."""
    from docs.currencies import module

    return module()


GENERATED = {
    HERE / "openapi.json": openapi,
    HERE / "order-states.md": order_states,
    ROOT / "web/public/js/currencies.js": currencies,
}


def main(arguments: list[str]) -> int:
    """Write the documents, or with --check say which are out of date (exit code 1)."""
    stale = [path for path, make in GENERATED.items() if not path.exists() or path.read_text() != make()]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date; run `make openapi`.")
        return 1 if stale else 0
    for path in stale:
        path.write_text(GENERATED[path]())
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Runs axe-core on what a page shows, and says in words what breaks WCAG 2.2 AA. axe-core is a package of web/."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "(tags) => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then((found) => found.violations)"


@cache
def _source() -> str:
    return SOURCE.read_text()


def violations(page: Page) -> list[str]:
    """Returns one line for each element that breaks a rule: the rule, what is wrong, the element."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(f"{_source()}; undefined")
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))")
    found: list[dict[str, Any]] = page.evaluate(RUN, RULES)
    return [f"{rule['id']}: {rule['help']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]

"""Paths in web/src/ui/own-url.ts: allowed targets after sign-in, of a notification, and of links in texts."""

from tests.harness.node import evaluate, needs_node

OWN = "https://marquee.example"
PAGES = {
    "/": f"{OWN}/",
    "/events": f"{OWN}/events",
    "/e/a?b=c#d": f"{OWN}/e/a?b=c#d",
    "/a//b": f"{OWN}/a//b",
    "/.//evil.example": f"{OWN}//evil.example",
    "/x/..//evil.example": f"{OWN}//evil.example",
    "/@evil.example": f"{OWN}/@evil.example",
}
ELSEWHERE = [
    "",
    "events",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "https://evil.example/",
    f"{OWN}/events",
    "javascript:alert(1)",
    "//[",
    f"//user@{OWN.removeprefix('https://')}:8443/",
]


@needs_node
def test_own_url_takes_pages_of_ours_and_nothing_else() -> None:
    expression = f"given.map((path) => module.ownUrl(path, {OWN!r}))"
    assert evaluate("ui/own-url.ts", expression, [*PAGES, *ELSEWHERE]) == [*PAGES.values(), *(None for _ in ELSEWHERE)]

"""Home, shells, posters and the HTML that users may write."""

import re
from datetime import date

import pytest

from chalicelib.website.pages.home import home_page
from chalicelib.website.pages.poster import poster
from chalicelib.website.pages.revision import revision
from chalicelib.website.pages.shells import SHELLS, shell_page
from chalicelib.website.pages.templating import rich
from tests.unit.website.builders import ESCAPED, EVIL, WEBSITE, at, event, ident


def test_home_lists_what_is_next_first_and_what_was_last_first() -> None:
    def on(number: int, day: str) -> object:
        return event(id=ident(number), name=f"On {day}", starts_at=at(f"{day}T08:00"), ends_at=at(f"{day}T17:00"))

    given = [on(1, "2027-03-01"), on(2, "2027-02-01"), on(3, "2027-01-10"), on(4, "2026-05-01"), on(5, "2026-06-01")]
    html = home_page(given, today=date(2027, 1, 10), website=WEBSITE)  # type: ignore[arg-type]
    names = re.findall(r"<h3><a href=\"/e/alpine\">(.*?)</a>", html)
    assert names == ["On 2027-01-10", "On 2027-02-01", "On 2027-03-01", "On 2026-06-01", "On 2026-05-01"]


def test_home_shows_names_as_text() -> None:
    html = home_page([event(name=EVIL)], today=date(2027, 1, 1), website=WEBSITE)
    assert "<img" not in html
    assert ESCAPED in html


def test_home_without_events_says_so() -> None:
    assert "Nothing is announced yet." in home_page([], today=date(2027, 1, 1), website=WEBSITE)


@pytest.mark.parametrize("name", SHELLS)
def test_shell_has_no_inline_script_style_or_handler_and_says_what_it_needs(name: str) -> None:
    html = shell_page(name, WEBSITE)
    assert not re.findall(r"<script(?! type=\"module\" src=\"/static/)", html)
    assert not re.findall(r"\s(?:style|on\w+)=", html)
    assert name == "missing" or "This page needs JavaScript" in html


def test_poster_is_the_same_for_the_same_event_and_another_for_another() -> None:
    assert poster("a", columns=4, rows=2) == poster("a", columns=4, rows=2)
    assert poster("a", columns=4, rows=2) != poster("b", columns=4, rows=2)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<p>Hi <b>you</b></p>", "<p>Hi <b>you</b></p>"),
        ("<p onclick=x>a<script>b</script></p>", "<p>a</p>"),
        ('<a href="javascript:x">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
        ("one\n\ntwo & three", "<p>one</p><p>two &amp; three</p>"),
        ("fish &amp; chips", "<p>fish &amp; chips</p>"),
        ("", ""),
    ],
)
def test_rich_lets_nothing_run_and_makes_paragraphs_of_plain_text(given: str, expected: str) -> None:
    assert str(rich(given)) == expected


def test_revision_is_stable_and_short() -> None:
    assert revision() == revision()
    assert re.fullmatch(r"[0-9a-f]{10}", revision())

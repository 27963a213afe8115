"""The HTML layout of mails: no scripts, no external resources, all texts present."""

import re

import pytest

from chalicelib.notifications.domain.mail_layout import Foot, button, links, page, paragraphs, plain
from chalicelib.texts.fill import MissingVariable, fill

FOOT = Foot("Why it came.", [("No more of them", "https://x.example/unsubscribe/t")])
EVIL = '<img src=x onerror="alert(1)"> <p>&'


def test_page_holds_body_foot_language_and_both_colour_schemes() -> None:
    html = page("News", paragraphs(["One", "Two"]) + button("Look", "https://x.example/a?b=1&c=2"), FOOT, lang="de")
    assert html.startswith('<!doctype html>\n<html lang="de">')
    assert re.findall(r">(One|Two)</p>", html) == ["One", "Two"]
    assert 'href="https://x.example/a?b=1&amp;c=2">Look</a>' in html
    assert 'href="https://x.example/unsubscribe/t">No more of them</a>' in html
    assert "prefers-color-scheme: dark" in html


def test_page_styles_every_paragraph_and_the_button_inline() -> None:
    html = page("News", paragraphs(["One"]) + button("Look", "https://x.example/"), FOOT)
    assert not re.findall(r"<(?:p|a)(?! [^>]*style=)[^>]*>", html)


def test_page_escapes_what_people_wrote() -> None:
    html = page(EVIL, paragraphs([EVIL]) + links([(EVIL, "https://x.example/\"onload='")]), FOOT)
    assert "<img" not in html
    assert "onload='\"" not in html
    assert "&lt;img src=x" in html


def test_page_loads_nothing() -> None:
    html = page("News", paragraphs(["One"]), FOOT)
    assert not re.search(r"<(?:script|img|link|iframe|object)|url\(|@import|src=", html)


def test_plain_says_the_same_below_a_signature_mark() -> None:
    assert plain("One\n", FOOT) == ("One\n\n-- \nWhy it came.\nNo more of them: https://x.example/unsubscribe/t\n")


def test_fill_puts_variables_in_and_leaves_those_of_people_alone() -> None:
    assert fill("For {event}: {total}", {"event": "{total}", "total": "1 EUR"}) == "For {total}: 1 EUR"


@pytest.mark.parametrize("values", [{}, {"event": ""}, {"name": "Conf"}])
def test_fill_without_a_variable_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(MissingVariable, match="event"):
        fill("Paid: {event}", values)


@pytest.mark.parametrize(("label", "url"), [("", "https://x.example/"), ("Look", "")])
def test_button_that_leads_nowhere_is_refused(label: str, url: str) -> None:
    with pytest.raises(MissingVariable):
        button(label, url)

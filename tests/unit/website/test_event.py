"""The event page: its content, and that user text never runs as code."""

import json
import re
from typing import Any

import pytest

from chalicelib.content.domain.event import Venue
from chalicelib.website.pages.event import address, event_page, levels, summary
from tests.unit.website.builders import ESCAPED, EVIL, WEBSITE, at, event, session, speaker, sponsor, ticket


def page(shown: Any = None, **more: Any) -> str:
    given: dict[str, Any] = {
        "tickets": [],
        "by_code": False,
        "sessions": [],
        "speakers": [],
        "call": None,
        "sponsors": [],
    }
    return event_page(shown or event(), website=WEBSITE, **{**given, **more})


def test_page_names_time_zone_place_and_price() -> None:
    html = page(tickets=[ticket(5, 12000, "CHF"), ticket(6, 0, "CHF")])
    assert '<time datetime="2027-06-11T07:00:00Z">09:00</time>' in html
    assert "Europe/Zurich (CEST, UTC+2)" in html
    assert "<strong>Kursaal</strong>" in html
    assert '<data value="12000" data-money="CHF">CHF\u00a0120.00</data>' in html
    assert '<p class="price">Free</p>' in html


def test_yen_price_has_no_decimals() -> None:
    assert ">¥3,000</data>" in page(tickets=[ticket(5, 3000, "JPY")])


def test_sale_window_is_told_in_the_events_zone() -> None:
    opens, closes = at("2027-01-01T11:00"), at("2027-05-31T22:00")
    html = page(tickets=[ticket(5, 100, "CHF", sales_start=opens, sales_end=closes)])
    assert ">1 January 2027, 12:00</time>, until <time" in html
    assert ">1 June 2027, 00:00</time>" in html
    assert 'data-closes="2027-05-31T22:00:00Z"' in html


def test_user_text_stays_text_everywhere() -> None:
    venue = Venue(name=EVIL, street=EVIL, city=EVIL, region=EVIL, postcode=EVIL[:20])
    html = page(
        event(name=EVIL, venue=venue, description=f"<b>ok</b>{EVIL}<script>alert(1)</script>"),
        tickets=[ticket(5, 100, "CHF", name=EVIL, description=EVIL)],
        speakers=[speaker(6, name=EVIL, organisation=EVIL, position=EVIL, long_biography=EVIL)],
        sponsors=[sponsor(7, name=EVIL, level=EVIL)],
    )
    assert "<img" not in html
    assert "alert(1)</script>" not in html
    assert "<b>ok</b>" in html
    assert html.count(ESCAPED) >= 10


def test_linked_data_cannot_end_its_script_element() -> None:
    html = page(event(name="</script><script>alert(1)</script>"))
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert json.loads(found)["name"] == "</script><script>alert(1)</script>"


def test_page_has_no_inline_script_style_or_handler() -> None:
    html = page(tickets=[ticket(5, 100, "CHF")], speakers=[speaker(6)], sponsors=[sponsor(7)], sessions=[session(8)])
    assert not re.findall(r"<script(?! type=\"(?:module|application/ld\+json)\")", html)
    assert not re.findall(r"\s(?:style|on\w+)=", html)


def test_photos_come_over_https_only_and_initials_stand_behind_them() -> None:
    html = page(speakers=[speaker(6, photo_url="http://p.example/a.jpg"), speaker(7, photo_url="https://p.example/b")])
    assert "http://p.example" not in html
    assert re.search(r">S7<img src=\"https://p.example/b\" alt=\"\"", html)


def test_banner_comes_over_https_only_and_the_online_address_is_a_link() -> None:
    html = page(event(banner_url="http://p.example/a.jpg", online_url="https://meet.example/tides"))
    assert "http://p.example" not in html
    assert '<a href="https://meet.example/tides" rel="noopener noreferrer nofollow">Join online</a>' in html
    shown = page(event(banner_url="https://p.example/b.jpg"))
    assert re.search(r"</svg><img src=\"https://p.example/b.jpg\" alt=\"\"", shown)
    assert "Join online" not in shown


def test_many_speakers_are_all_there_the_first_ones_open() -> None:
    html = page(speakers=[speaker(1000 + n) for n in range(207)])
    assert html.count('<li class="speaker"') == 207
    assert html.index("All 207 speakers") > html.index("Speaker 1023")
    assert html.index("All 207 speakers") < html.index("Speaker 1024")


def test_without_tickets_there_is_no_form() -> None:
    assert "<form" not in page()


def test_levels_are_in_their_order_with_unnamed_last() -> None:
    given = [sponsor(1), sponsor(2, level="Silver"), sponsor(3, level="Gold"), sponsor(4, level="Friends")]
    assert [level.name for level in levels(given)] == ["Gold", "Silver", "Friends", ""]


@pytest.mark.parametrize(
    ("venue", "expected"),
    [
        (Venue(street="Quay 1", postcode="3013", city="Bern", region="Bern"), ["Quay 1", "3013 Bern"]),
        (Venue(city="Bristol", region="England"), ["Bristol, England"]),
        (Venue(), []),
    ],
)
def test_address_in_lines(venue: Venue, expected: list[str]) -> None:
    assert address(event(venue=venue)) == expected


def test_summary_is_plain_text_cut_at_a_word() -> None:
    found = summary(event(description="<p>Fish &amp; chips</p>" + "<p>word</p>" * 60))
    assert found.startswith("Fish & chips word word")
    assert found.endswith("word…")
    assert len(found) <= 201


@pytest.mark.parametrize("by_code", [False, True])
def test_page_without_tickets_on_show_asks_for_a_code_only_where_one_opens_some(by_code: bool) -> None:
    html = page(by_code=by_code)
    assert ("Have a code?" in html, "Get tickets" in html, '<details class="codes" data-codes open>' in html) == (
        by_code,
    ) * 3


@pytest.mark.parametrize("is_locked", [False, True])
def test_ticket_that_needs_an_access_code_says_so(is_locked: bool) -> None:
    html = page(tickets=[ticket(5, 100, "CHF", access_code_required=is_locked)])
    assert ("You need an access code for this ticket." in html, " data-locked" in html) == (is_locked,) * 2

"""The schedule: order, days, changes of the clocks, user text."""

import re
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.website.pages.schedule import length, schedule_page
from tests.unit.website.builders import ESCAPED, EVIL, WEBSITE, at, event, ident, room, session, speaker, track


def page(sessions: list[Any], **more: Any) -> str:
    given: dict[str, Any] = {"speakers": [], "tracks": [], "rooms": [], "website": WEBSITE}
    return schedule_page(more.pop("event", event()), sessions=sessions, **{**given, **more})


def shown(html: str, tag: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", found).strip() for found in re.findall(rf"<{tag}[ >].*?</{tag}>", html, re.DOTALL)]


def talk(number: int, start: str, minutes: int = 45, **fields: Any) -> Any:
    return session(number, starts_at=at(start), ends_at=at(start) + timedelta(minutes=minutes), **fields)


def test_sessions_stand_by_day_and_time_in_the_events_zone_and_room_order() -> None:
    rooms = [room(91, position=2), room(92, position=1)]
    html = page(
        [
            talk(10, "2027-06-12T08:00"),
            talk(11, "2027-06-11T22:30"),  # half past midnight on the 12th in Zurich
            talk(12, "2027-06-11T08:00", microlocation_id=ident(91)),
            talk(13, "2027-06-11T08:00", microlocation_id=ident(92)),
            session(14),
        ],
        rooms=rooms,
    )
    assert shown(html, "h2") == ["Friday 11 June", "Saturday 12 June", "No time yet 1"]
    assert shown(html, "h3") == ["10:00", "00:30", "10:00", "Talk 14"]
    assert shown(html, "h4") == ["Talk 13", "Talk 12", "Talk 11", "Talk 10"]


def test_session_past_midnight_says_that_it_ends_on_the_next_day() -> None:
    assert "00:15 (+1 d)</time>" in page([talk(10, "2027-06-11T21:30")])


def test_hour_that_comes_twice_is_in_order_and_named_by_offset() -> None:
    night = event(starts_at=at("2026-10-24T20:00"), ends_at=at("2026-10-25T04:00"))
    html = page([talk(11, "2026-10-25T01:10"), talk(10, "2026-10-25T00:30")], event=night)
    assert shown(html, "h3") == ["02:30 CEST", "02:10 CET"]
    assert shown(html, "h4") == ["Talk 10", "Talk 11"]
    assert "CEST, UTC+2, then CET, UTC+1" in shown(html, "h2")[0]


def test_length_is_real_time_across_a_change_of_clocks() -> None:
    night = event(starts_at=at("2026-10-24T20:00"), ends_at=at("2026-10-25T04:00"))
    html = page([talk(10, "2026-10-25T00:30", 60)], event=night)
    assert '02:30 CEST</time> – <time datetime="2026-10-25T01:30:00Z">02:30 CET</time>' in html
    assert "1 h</span>" in html


@pytest.mark.parametrize(("minutes", "expected"), [(45, "45 min"), (60, "1 h"), (90, "1 h 30 min"), (0, "0 min")])
def test_length_in_words(minutes: int, expected: str) -> None:
    assert length(at("2027-06-11T08:00"), at("2027-06-11T08:00") + timedelta(minutes=minutes)) == expected


def test_user_text_stays_text_in_titles_rooms_tracks_and_names() -> None:
    html = page(
        [
            talk(
                10,
                "2027-06-11T08:00",
                title=EVIL,
                subtitle=EVIL,
                language=EVIL[:35],
                level=EVIL,
                long_abstract=f"<p onclick='x()'>{EVIL}<script>alert(1)</script></p>",
                microlocation_id=ident(90),
                track_id=ident(91),
                speaker_ids=[ident(92)],
            )
        ],
        event=event(name=EVIL),
        rooms=[room(90, name=EVIL)],
        tracks=[track(91, name=EVIL)],
        speakers=[speaker(92, name=EVIL)],
    )
    assert "<img" not in html
    assert "alert(1)</script>" not in html
    assert "onclick" not in html
    assert html.count(ESCAPED) >= 7


def test_track_colour_is_an_attribute_since_inline_styles_are_forbidden() -> None:
    html = page([talk(10, "2027-06-11T08:00", track_id=ident(91))], tracks=[track(91, color="#a1b2c3")])
    assert 'fill="#a1b2c3"' in html
    assert "style=" not in html


def test_speaker_who_is_not_public_is_left_out() -> None:
    html = page([talk(10, "2027-06-11T08:00", speaker_ids=[ident(80), ident(81)])], speakers=[speaker(81)])
    assert '<p class="talk-who">Speaker 81</p>' in html


def test_large_programme_has_every_session_once() -> None:
    people = [speaker(1000 + n) for n in range(207)]
    sessions = [
        talk(
            2000 + n,
            f"2027-06-11T{6 + n % 12:02}:00",
            speaker_ids=[people[n % 207].id],
            long_abstract="<p>What we learned. </p>" * 20,
        )
        for n in range(214)
    ]
    html = page(sessions, speakers=people)
    assert html.count('<li class="talk"') == 214


def test_empty_programme_says_so() -> None:
    assert "The programme is being made." in page([])

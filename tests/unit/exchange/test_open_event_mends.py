"""Every correction of a value in an Open Event archive: the result, and the reason in the report."""

from typing import Any

import pytest

from tests.unit.exchange.open_event_samples import read, read_one, report_line, session

Mend = tuple[str, dict[str, Any], str, Any, str]
MENDS: list[Mend] = [
    ("tracks", {"color": "#abc"}, "color", "#aabbcc", ""),
    ("tracks", {"color": "1A2b3C"}, "color", "#1a2b3c", ""),
    ("tracks", {"color": "#11223344"}, "color", "#112233", ""),
    ("tracks", {"color": "Orange"}, "color", "#ffa500", ""),
    ("tracks", {"color": "rgb(1, 20, 255)"}, "color", "#0114ff", ""),
    ("tracks", {"color": None}, "color", "#4f46e5", ""),
    ("tracks", {"color": "mauve-ish"}, "color", "#4f46e5", "color 'mauve-ish' was not a colour and is left out"),
    ("tracks", {"color": [1]}, "color", "#4f46e5", "color 'list' was not a colour and is left out"),
    ("tracks", {"name": "<b>Web</b>&nbsp;<i>1</i><br>x"}, "name", "Web 1 x", "name lost its HTML"),
    ("tracks", {"name": "R&amp;D \n now "}, "name", "R&D now", "name had its HTML entities read"),
    ("tracks", {"name": "AI & <3"}, "name", "AI & <3", ""),
    *(
        ("sessions", {"title": title}, "title", title, "")
        for title in (
            "Using <canvas> today",
            "Using <br> and its friends",
            "Option<T> and Result<T, E>",
            "<script> considered harmful",
            "std::vector<std::string>",
            "if (a<b && c>d)",
            "Maps: Map<K, V>",
            "Why <b> beats <strong>",
            "Close your </p>, people",
            "1 < 2 & 3 > 2 &amp; so on",
            "<script>alert(1)</script>",
            "AT&T; and more",
        )
    ),
    ("sessions", {"title": "<b>Bold</b> title"}, "title", "Bold title", "title lost its HTML"),
    ("sessions", {"title": "<p>Maps: Map&lt;K, V&gt;</p>"}, "title", "Maps: Map<K, V>", "title lost its HTML"),
    ("sessions", {"title": "<i>List<int></i>"}, "title", "List<int>", "title lost its HTML"),
    ("sessions", {"title": "List&lt;int&gt;"}, "title", "List<int>", "title had its HTML entities read"),
    ("sessions", {"title": "KÃ¶ln"}, "title", "Köln", "title was decoded twice and is mended"),
    (
        "sessions",
        {"title": "KÃ¶ln, Gapševičius"},
        "title",
        "KÃ¶ln, Gapševičius",
        "title seems to have been decoded twice or damaged, and is left as it is",
    ),
    (
        "sessions",
        {"abstract": "use vector<int> & <canvas>"},
        "short_abstract",
        "use vector&lt;int&gt; &amp; &lt;canvas&gt;",
        "",
    ),
    ("sessions", {"abstract": "a<b && c>d"}, "short_abstract", "a&lt;b &amp;&amp; c&gt;d", ""),
    ("sessions", {"abstract": "<p>use map<K,V></p>"}, "short_abstract", "<p>use map&lt;K,V&gt;</p>", ""),
    ("sessions", {"abstract": "<p>a<o:p></o:p></p>"}, "short_abstract", "<p>a</p>", ""),
    (
        "sessions",
        {"abstract": "<p>Is a<b or b<a the question?</p>"},
        "short_abstract",
        "<p>Is a&lt;b or b&lt;a the question?</p>",
        "",
    ),
    (
        "sessions",
        {"abstract": "<p>We show that i<s and more words follow here.</p><p>Second</p>"},
        "short_abstract",
        "<p>We show that i&lt;s and more words follow here.</p><p>Second</p>",
        "",
    ),
    ("sessions", {"abstract": "<p>if a<div b</p>"}, "short_abstract", "<p>if a&lt;div b</p>", ""),
    ("sessions", {"abstract": "a<br>b"}, "short_abstract", "a<br>b", ""),
    ("sessions", {"abstract": "R&amp;D"}, "short_abstract", "R&amp;D", ""),
    ("tracks", {"name": "n" + " " * 8_000 + "m"}, "name", "n…", "name was cut to 200 characters"),
    ("tracks", {"name": "n" * 201}, "name", "n" * 199 + "…", "name was cut to 200 characters"),
    ("tracks", {"name": "a\x00b\ud800c\u202e"}, "name", "abc", "name lost its control characters"),
    ("tracks", {"name": "Cafe\u0301"}, "name", "Café", ""),
    ("tracks", {"description": "<p>a</p><script>b</script>"}, "description", "<p>a</p>", "description lost its script"),
    ("tracks", {"description": "<p>a</p><p> </p><h1>b</h1>"}, "description", "<p>a</p><h3>b</h3>", ""),
    ("tracks", {"description": "<div>a</div><div>b</div>"}, "description", "<p>a</p><p>b</p>", ""),
    ("tracks", {"description": "<p></p>"}, "description", "", ""),
    ("tracks", {"description": "a\x07b"}, "description", "ab", "description lost its control characters"),
    ("tracks", {"description": ["a"]}, "description", "", "description was not text and is left out"),
    (
        "tracks",
        {"description": "Ã¶" * 50_000},
        "description",
        "ö" * 39_950,
        "description was longer than 80000 characters and was cut; description was decoded twice and is mended",
    ),
    (
        "tracks",
        {"description": "o " * 39_990 + "Ã¶" * 50_000},
        "description",
        "o " * 20_000,
        "description was longer than 80000 characters and was cut; description was cut to 40000 characters",
    ),
    ("tracks", {"description": "d" * 40_001}, "description", "d" * 40_000, "description was cut to 40000 characters"),
    (
        "tracks",
        {"description": "<blockquote>" * 101 + "deep" + "</blockquote>" * 101},
        "description",
        "deep",
        "description lost its markup, which nested too deep",
    ),
    ("microlocations", {"floor": "3"}, "floor", 3, ""),
    ("microlocations", {"floor": 3.0}, "floor", 3, ""),
    ("microlocations", {"floor": 1.5}, "floor", None, "floor was not a whole number and is left out"),
    ("microlocations", {"floor": "ground"}, "floor", None, "floor was not a number and is left out"),
    ("microlocations", {"floor": True}, "floor", None, "floor was not a number and is left out"),
    ("microlocations", {"floor": 1000}, "floor", None, "floor was not between -99 and 999 and is left out"),
    ("microlocations", {"capacity": "120"}, "capacity", 120, ""),
    ("microlocations", {"capacity": -1}, "capacity", None, "capacity was not between 0 and 1000000 and is left out"),
    ("microlocations", {"position": 4}, "position", 4, ""),
    ("microlocations", {"latitude": " 1.25 "}, "latitude", 1.25, ""),
    ("microlocations", {"latitude": 91}, "latitude", None, "latitude was not between -90 and 90 and is left out"),
    ("microlocations", {"room": "B12"}, "floor", None, "not kept: room"),
    ("speakers", {"country": "USA"}, "country", "US", ""),
    ("speakers", {"country": "the netherlands"}, "country", "NL", ""),
    ("speakers", {"country": "de"}, "country", "DE", ""),
    ("speakers", {"country": "Namibia"}, "country", "NA", ""),
    ("speakers", {"country": "South Korea"}, "country", "KR", ""),
    ("speakers", {"country": "Germany/Austria"}, "country", "DE", "country 'Germany/Austria' was read as DE"),
    ("speakers", {"country": "Europe"}, "country", None, "country 'Europe' was not a country and is left out"),
    *(
        ("speakers", {"country": given}, "country", None, f"country '{given}' was not a country and is left out")
        for given in (
            "San Francisco, CA",
            "NA",
            "n/a",
            "Korea",
            "Congo",
            "Wilmington, DE",
            "Bloomington, IN",
            "Portland OR",
            "CA/NV",
            "DE/AT",
            "Atlanta, Georgia",
            "Peru, Indiana",
            "https://x.example/Germany/Berlin",
            "I live in Germany",
            "no",
            "n/a",
        )
    ),
    ("speakers", {"country": "Berlin, Germany"}, "country", "DE", "country 'Berlin, Germany' was read as DE"),
    (
        "speakers",
        {"country": "Atlanta, Georgia, USA"},
        "country",
        "US",
        "country 'Atlanta, Georgia, USA' was read as US",
    ),
    ("speakers", {"country": "Georgia"}, "country", "GE", ""),
    ("speakers", {"country": "NO"}, "country", "NO", ""),
    ("speakers", {"country": "France and Spain"}, "country", "FR", "country 'France and Spain' was read as FR"),
    ("speakers", {"country": "l" * 101}, "country", None, f"country '{'l' * 39}…' was not a country and is left out"),
    ("speakers", {"country": {"a": 1}}, "country", None, "country 'dict' was not a country and is left out"),
    ("speakers", {"email": " mailto:a@b.example "}, "email", "a@b.example", ""),
    ("speakers", {"email": "nobody"}, "email", None, "email was not an e-mail address and is left out"),
    ("speakers", {"photo": "https://x.example/p"}, "photo_url", "https://x.example/p", ""),
    ("speakers", {"photo-url": "/images/p.jpg"}, "photo_url", None, "photo_url was not a web address and is left out"),
    ("speakers", {"photo-url": "p.jpg"}, "photo_url", None, "photo_url was not a web address and is left out"),
    ("speakers", {"website": "HTTPS://x.example"}, "links", ["https://x.example"], ""),
    *(
        ("speakers", {name: given}, "links", [link], f"{name} was completed to a web address")
        for name, given, link in (
            ("website", "www.x.example", "https://www.x.example"),
            ("website", "http:/x.example", "https://x.example"),
            ("website", "http//x.example/a", "https://x.example/a"),
            ("website", "//x.example", "https://x.example"),
            ("website", "x.example/a", "https://x.example/a"),
            ("website", "http://x.example/a b", "http://x.example/a%20b"),
            ("twitter", "@gull", "https://twitter.com/gull"),
            ("github", "gull", "https://github.com/gull"),
            ("linkedin", "gull", "https://www.linkedin.com/in/gull"),
            ("facebook", "gull", "https://www.facebook.com/gull"),
            ("twitter", "twitter.com/gull", "https://twitter.com/gull"),
        )
    ),
    *(
        ("speakers", {name: given}, "links", [], f"{name} was not a web address and is left out")
        for name, given in (
            ("website", "javascript:alert(1)"),
            ("website", "java\u200bscript:alert(1)"),
            ("website", "http://"),
            ("website", "http://[::1"),
            ("website", "https://x.example:99999/"),
            ("website", "https://x.example/" + "a" * 2_000),
            ("website", 5),
            ("twitter", "n/a"),
            ("twitter", "none"),
            ("twitter", "-"),
        )
    ),
    (
        "speakers",
        {"links": ["https://x.example", 3]},
        "links",
        ["https://x.example"],
        "links lost what was not a web address",
    ),
    ("speakers", {"github": "https://x.example", "website": "https://x.example"}, "links", ["https://x.example"], ""),
    ("speakers", {"organisation": 42}, "organisation", "42", ""),
    ("speakers", {"organisation": 10**30}, "organisation", None, "organisation was not text and is left out"),
    ("speakers", {"organisation": ["x"]}, "organisation", None, "organisation was not text and is left out"),
    ("sponsors", {"level": "2", "type": "Silver"}, "level", "Silver", "not kept: level 2"),
    ("sponsors", {"level": 2}, "level", "2", ""),
    ("sponsors", {"sponsor_type": "Silver"}, "level", "Silver", ""),
    ("sponsors", {"level": "Gold", "type": "Media"}, "level", "Gold", "not kept: type 'Media'"),
    ("sponsors", {"url": "ftp://x.example"}, "url", None, "url was not a web address and is left out"),
    ("sessions", {"state": "Pending"}, "state", "submitted", ""),
    ("sessions", {"state": "canceled"}, "state", "cancelled", ""),
    ("sessions", {"state": "published"}, "state", "accepted", ""),
    ("sessions", {"state": ""}, "state", "draft", "state is absent; it is a draft now"),
    ("sessions", {"state": "lost"}, "state", "draft", "state 'lost' was not a state; it is a draft now"),
    ("sessions", {"state": 4}, "state", "draft", "state '4' was not a state; it is a draft now"),
    ("sessions", {"title": "t" * 301}, "title", "t" * 299 + "…", "title was cut to 300 characters"),
    ("sessions", {"language": "l" * 36}, "language", "l" * 34 + "…", "language was cut to 35 characters"),
    ("sessions", {"comments": "<p>Louder</p>"}, "subtitle", None, "not kept: comments"),
    ("sessions", {"comments": "<p></p>"}, "subtitle", None, ""),
    ("sessions", {"audio": "https://x.example/a", "signup_url": "x"}, "subtitle", None, "not kept: audio, signup_url"),
    ("sessions", {"track": {"id": None, "name": None}}, "track_id", None, ""),
    ("sessions", {"track": {"id": 99}}, "track_id", None, "track '99' is not in the archive and is left out"),
    ("sessions", {"track_id": "99"}, "track_id", None, "track '99' is not in the archive and is left out"),
    ("sessions", {"track": [[1]]}, "track_id", None, "track 'list' is not in the archive and is left out"),
    (
        "sessions",
        {"microlocation": {"id": 99}},
        "microlocation_id",
        None,
        "microlocation '99' is not in the archive and is left out",
    ),
    ("sessions", {"speakers": [{"id": 99}]}, "speaker_ids", [], "speaker '99' is not in the archive and is left out"),
    ("sessions", {"speakers": 7}, "speaker_ids", [], "speaker '7' is not in the archive and is left out"),
    ("sessions", {"speakers": [None, "", {}]}, "speaker_ids", [], ""),
    (
        "sessions",
        {"speaker-ids": list(range(7))},
        "speaker_ids",
        [],
        "speaker '0', '1', '2', '3', '4' and 2 more is not in the archive and is left out",
    ),
]


@pytest.mark.parametrize(("kind", "changes", "field", "expected", "reason"), MENDS)
def test_read_archive_odd_value_is_mended(
    kind: str, changes: dict[str, Any], field: str, expected: object, reason: str
) -> None:
    plain = session() if kind == "sessions" else {"id": 5, "name": "Gull"}
    fields, line = read_one(kind, plain | changes)
    assert fields[field] == expected
    assert line == report_line(kind, "5", "mended" if reason else "taken", reason)


NINE, TEN = "2024-09-20T00:00:00Z", "2024-09-20T01:00:00Z"
HALF_PAST_TEN = "2024-09-20T01:30:00Z"
TEN_PM, MIDNIGHT, ONE_AM = "2024-09-20T13:00:00Z", "2024-09-20T15:00:00Z", "2024-09-20T16:00:00Z"
NO_OFFSET = "had no offset and was read as"
GUESSED = "its start is kept, and it takes 30 minutes now (a guess)"


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "expected", "reason"),
    [
        ("2024-09-20T09:00:00+09:00", "2024-09-20T01:00:00Z", (NINE, TEN), ""),
        ("2024-09-20 09:00:00.250+0900", "2024-09-20T01:00Z", (NINE, TEN), ""),
        (
            "2024-09-20T09:00:00",
            "2024-09-20T10:00:00",
            (NINE, TEN),
            "starts_at had no offset and was read as 09:00, Asia/Tokyo time; "
            "ends_at had no offset and was read as 10:00, Asia/Tokyo time",
        ),
        (
            "2024-09-20",
            "2024-09-20T10:00:00+09:00",
            ("2024-09-19T15:00:00Z", TEN),
            "starts_at had no time of day and was read as 00:00, Asia/Tokyo time",
        ),
        (TEN, NINE, (TEN, HALF_PAST_TEN), f"did not end after its start; {GUESSED}"),
        (TEN, TEN, (TEN, HALF_PAST_TEN), f"did not end after its start; {GUESSED}"),
        (
            NINE,
            NINE,
            (None, None),
            "started and ended at midnight of 2024-09-20: a day and no time; its times were removed",
        ),
        (
            "0001-01-01T00:00:00",
            "9999-12-31T23:59:59-12:00",
            (None, None),
            "starts_at was not a date and time and is left out; ends_at was not a date and time and is left out",
        ),
        ("2024-09-20T22:00:00+09:00", "2024-09-20T24:00:00+09:00", (TEN_PM, MIDNIGHT), ""),
        (
            "2024-09-20T22:00+09:00",
            "2024-09-20 24:00",
            (TEN_PM, MIDNIGHT),
            f"ends_at {NO_OFFSET} 00:00, Asia/Tokyo time",
        ),
        (
            "2024-09-20T24:00:00+09:00",
            "2024-09-21T01:00:00+09:00",
            (MIDNIGHT, ONE_AM),
            "",
        ),
        (
            "2024-09-20T22:00:00+09:00",
            "2024-09-20T01:00:00+09:00",
            (TEN_PM, ONE_AM),
            "did not end after its start; its end is read as 2024-09-21 01:00",
        ),
        (
            "2024-09-20T22:00:00+09:00",
            "2024-09-19T00:00:00+09:00",
            (TEN_PM, MIDNIGHT),
            "did not end after its start; its end is read as 2024-09-21 00:00",
        ),
        (
            "2024-09-20T09:00:00+09:00",
            "2024-09-19T10:00:00+09:00",
            (NINE, TEN),
            "did not end after its start; its end is read as 2024-09-20 10:00",
        ),
        (TEN, "", (TEN, HALF_PAST_TEN), f"had no usable end; {GUESSED}"),
        (
            TEN,
            "later",
            (TEN, HALF_PAST_TEN),
            f"ends_at was not a date and time and is left out; had no usable end; {GUESSED}",
        ),
        (
            "1899-01-01T00:00:00Z",
            TEN,
            (None, None),
            "starts_at was not between 1900 and 2500 and is left out; had no usable start; its times were removed",
        ),
        (None, TEN, (None, None), "had no usable start; its times were removed"),
        (None, None, (None, None), ""),
        (
            "soon",
            TEN,
            (None, None),
            "starts_at was not a date and time and is left out; had no usable start; its times were removed",
        ),
        (
            1726790400,
            ["x"],
            (None, None),
            "starts_at was not a date and time and is left out; ends_at was not a date and time and is left out",
        ),
    ],
)
def test_read_archive_session_times_are_both_or_none(
    starts_at: object, ends_at: object, expected: tuple[str | None, str | None], reason: str
) -> None:
    fields, line = read_one("sessions", session(**{"starts-at": starts_at, "ends-at": ends_at}))
    assert (fields["starts_at"], fields["ends_at"]) == expected
    assert line == report_line("sessions", "5", "mended" if reason else "taken", reason)


@pytest.mark.parametrize(
    ("length", "ends_at"), [("00:05", "2024-09-20T01:05:00Z"), ("48:00", HALF_PAST_TEN), (5, HALF_PAST_TEN)]
)
def test_read_archive_session_without_an_end_takes_what_its_type_says(length: object, ends_at: str) -> None:
    type_ = {"id": 1, "name": "Talk", "length": length}
    fields, line = read_one("sessions", session(**{"starts-at": TEN, "session-type": type_}))
    guessed = "30 minutes now (a guess)" if ends_at == HALF_PAST_TEN else "5 minutes now (as its type says)"
    assert (fields["starts_at"], fields["ends_at"]) == (TEN, ends_at)
    assert line.reason == (
        f"had no usable end; its start is kept, and it takes {guessed}; not kept: session_type 'Talk'"
    )


def test_read_archive_several_mends_are_one_reason() -> None:
    _, line = read_one("speakers", {"name": "Gull", "country": "Atlantis", "email": "x"})
    assert line == report_line(
        "speakers",
        "#1",
        "mended",
        "had no id; it is #1 in this report; email was not an e-mail address and is left out; "
        "country 'Atlantis' was not a country and is left out",
    )


@pytest.mark.parametrize(
    ("changes", "field", "expected", "reason"),
    [
        ({"state": "Published"}, "state", "draft", ""),
        (
            {"timezone": "Moon/Base"},
            "timezone",
            "UTC",
            "timezone 'Moon/Base' is unknown; times without an offset were read as UTC",
        ),
        ({"timezone": None}, "timezone", "UTC", "timezone is absent; times without an offset were read as UTC"),
        ({"currency": "CHF"}, "currency", "CHF", ""),
        ({"currency": "shells"}, "currency", "EUR", "currency 'shells' is unknown; it is EUR now"),
        ({"starts-at": None, "start_time": "2024-09-20T09:00:00Z"}, "starts_at", "2024-09-20T09:00:00Z", ""),
        (
            {"ends-at": "2024-09-20T18:00:00"},
            "ends_at",
            "2024-09-20T09:00:00Z",
            "ends_at had no offset and was read as 18:00, Asia/Tokyo time",
        ),
        (
            {"ends-at": "2024-09-19T18:00:00Z"},
            "ends_at",
            "2024-09-20T09:00:00Z",
            "ended before its start; had no usable end; it is that of the last session, or the start",
        ),
        (
            {"event-url": "www.x.example"},
            "website_url",
            "https://www.x.example",
            "website_url was completed to a web address",
        ),
        ({"logo-url": ""}, "logo_url", None, ""),
        ({"code-of-conduct": "<p>Be kind</p>", "social-links": []}, "slug", None, "not kept: code_of_conduct"),
    ],
)
def test_read_archive_odd_event_is_mended(changes: dict[str, Any], field: str, expected: object, reason: str) -> None:
    programme = read(changes)
    assert programme.event[field] == expected
    assert programme.report == [report_line("events", "1", "mended" if reason else "taken", reason)]


def test_read_archive_event_without_times_has_those_of_its_sessions() -> None:
    sessions = [
        session(id=1, start_time="2024-09-21T09:00:00Z", end_time="2024-09-21T11:00:00Z"),
        session(id=2, start_time="2024-09-20T09:00:00Z", end_time="2024-09-20T10:00:00Z"),
        session(id=3),
    ]
    programme = read({"starts-at": None, "ends-at": None}, sessions=sessions)
    assert (programme.event["starts_at"], programme.event["ends_at"]) == (
        "2024-09-20T09:00:00Z",
        "2024-09-21T11:00:00Z",
    )
    assert programme.report[0].reason == (
        "had no usable start; it is that of the first session; "
        "had no usable end; it is that of the last session, or the start"
    )


def test_read_archive_event_end_never_comes_before_its_start() -> None:
    early = session(start_time="2024-09-19T09:00:00Z", end_time="2024-09-19T11:00:00Z")
    programme = read({"ends-at": None}, sessions=[early])
    assert (programme.event["starts_at"], programme.event["ends_at"]) == ("2024-09-20T09:00:00Z",) * 2


def test_read_archive_venue_of_our_own_export_is_kept_whole() -> None:
    venue = {"name": "Hall", "street": "Quay 4", "city": "Porto", "postcode": "1", "country": "PT", "latitude": 41.1}
    found = read({"venue": venue}).event["venue"]
    assert found == venue | {"region": None, "longitude": None}

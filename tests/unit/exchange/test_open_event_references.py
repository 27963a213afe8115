"""References of sessions in an Open Event archive: id and name together identify a record."""

from typing import Any

import pytest

from chalicelib.core.kinds import Kind
from chalicelib.exchange.open_event.reader import ImportedProgramme
from tests.unit.exchange.open_event_samples import read, report_line, session

TWO = [{"id": 78, "name": "Ann First"}, {"id": 78, "name": "Bea Second"}, {"id": 79, "name": "Cem Third"}]
LISTS = {"speakers": "speakers", "track": "tracks", "microlocation": "microlocations"}


def names_of(programme: ImportedProgramme, field: str) -> list[str]:
    """Returns the names of the records that the programme's only session references in a field."""
    kind = Kind(LISTS[field])
    keys = next(found.fields for found in programme.resources if found.kind is Kind.SESSIONS)
    meant = keys["speaker_ids"] if field == "speakers" else [keys[f"{field}_id"]]
    known = {found.source_id: found.fields["name"] for found in programme.resources if found.kind is kind}
    return [known[key] for key in meant if key is not None]


def linked(field: str, records: list[Any], reference: Any, **others: Any) -> ImportedProgramme:
    """Returns a programme whose only session references one of these records."""
    given = [reference] if field == "speakers" else reference
    return read(**{LISTS[field]: records}, sessions=[session(**{field: given}, **others)])


@pytest.mark.parametrize("field", LISTS)
@pytest.mark.parametrize(
    ("reference", "name", "doubt"),
    [
        ({"id": 78, "name": "Ann First"}, "Ann First", ""),
        ({"id": 78, "name": "Bea Second"}, "Bea Second", ""),
        ({"id": "78", "name": " bea  SECOND "}, "Bea Second", ""),
        ({"name": "Bea Second"}, "Bea Second", ""),
        ("Bea Second", "Bea Second", ""),
        ({"id": 79}, "Cem Third", ""),
        (
            {"id": 79, "name": "Ann First"},
            "Ann First",
            "'79' is 'Cem Third' in the archive; 'Ann First' is found by name",
        ),
        ({"id": 5, "name": "Ann First"}, "Ann First", "'5' is not in the archive; 'Ann First' is found by name"),
        (
            {"id": 79, "name": "Dee Unlisted"},
            "Dee Unlisted",
            "'79' is 'Cem Third' in the archive; 'Dee Unlisted', as the session says, is taken as another",
        ),
        ({"id": 5, "name": "Dee Unlisted"}, "Dee Unlisted", ""),
        (78, None, "'78' is 2 records ('Ann First', 'Bea Second'); it is unclear which, and none is taken"),
        ({"id": 80}, None, "'80' is not in the archive and is left out"),
    ],
)
def test_read_archive_reference_means_who_has_that_name(
    field: str, reference: Any, name: str | None, doubt: str
) -> None:
    programme = linked(field, TWO, reference)
    assert names_of(programme, field) == ([name] if name else [])
    noun = "speaker" if field == "speakers" else field
    assert programme.report[-1] == report_line(
        "sessions", "5", "mended" if doubt else "taken", f"{noun} {doubt}" if doubt else ""
    )


@pytest.mark.parametrize("field", ["speakers", "track"])
def test_read_archive_id_of_two_records_means_the_one_that_lists_the_session(field: str) -> None:
    records = [TWO[0], TWO[1] | {"sessions": [{"id": 5, "title": "Talk"}]}]
    programme = linked(field, records, 78)
    assert names_of(programme, field) == ["Bea Second"]
    assert programme.report[-1] == report_line("sessions", "5", "taken", "")


def test_read_archive_two_records_of_one_name_are_told_on_the_session() -> None:
    programme = linked("speakers", [TWO[0], TWO[0] | {"id": 90}], {"name": "Ann First"})
    assert names_of(programme, "speakers") == []
    assert programme.report[-1].reason == "speaker 'Ann First' is 2 records; it is unclear which, and none is taken"


@pytest.mark.parametrize("field", LISTS)
@pytest.mark.parametrize(
    ("given_id", "whom"), [(3, "'3' is not in the archive, and"), (79, "'79' is 'Cem Third' in the archive, and")]
)
def test_read_archive_id_of_nobody_and_name_of_two_mean_none(field: str, given_id: int, whom: str) -> None:
    records = [{"id": 1, "name": "Ann First"}, {"id": 2, "name": "Ann First"}, TWO[2]]
    programme = linked(field, records, {"id": given_id, "name": "Ann First"})
    assert names_of(programme, field) == []
    noun = "speaker" if field == "speakers" else field
    several = "'Ann First' is 2 records; it is unclear which, and none is taken"
    assert programme.report[-1].reason == f"{noun} {whom} {several}"


@pytest.mark.parametrize("field", ["speakers", "track"])
def test_read_archive_claim_without_title_for_an_id_of_two_sessions_takes_nobody(field: str) -> None:
    claim = {"sessions": [{"id": 5}]}
    ann = {"id": 1, "name": "Ann First"}
    mine = session(title="Ann's") | {field: [ann] if field == "speakers" else ann}
    programme = read(
        **{LISTS[field]: [ann | claim, {"id": 2, "name": "Bea Second"} | claim]},
        sessions=[mine, session(title="Not Ann's"), mine],
    )
    taken = [found.fields for found in programme.resources if found.kind is Kind.SESSIONS]
    meant = [fields["speaker_ids"] if field == "speakers" else fields["track_id"] for fields in taken]
    assert meant == ([["1"], []] if field == "speakers" else ["1", None])
    unclear = "session '5', which is several; it is unclear which, and none is taken"
    noun = "speaker" if field == "speakers" else field
    assert [line.reason for line in programme.report if line.kind == "sessions"] == [
        f"{noun} 'Bea Second' lists {unclear}",
        f"{noun} 'Ann First', 'Bea Second' lists {unclear}; has the id of an earlier record, 'Ann's'; both are kept",
        "is a copy of an earlier record, which is taken",
    ]


def test_read_archive_claim_with_title_for_an_id_of_two_sessions_takes_the_speaker() -> None:
    claim = {"sessions": [{"id": 5, "title": "Second"}]}
    programme = read(speakers=[TWO[0] | claim], sessions=[session(title="First"), session(title="Second")])
    taken = [found.fields["speaker_ids"] for found in programme.resources if found.kind is Kind.SESSIONS]
    assert taken == [[], ["78"]]


def test_read_archive_copy_of_a_session_leaves_a_claim_without_title_clear() -> None:
    programme = read(speakers=[TWO[0] | {"sessions": [5]}], sessions=[session(), session()])
    assert names_of(programme, "speakers") == ["Ann First"]


def test_read_archive_session_without_speakers_has_those_that_list_it() -> None:
    programme = read(speakers=[TWO[0] | {"sessions": [{"id": 5, "title": "Talk"}]}], sessions=[session()])
    assert names_of(programme, "speakers") == ["Ann First"]
    assert programme.report[-1].reason == "names no speakers; those who list it are taken: 'Ann First'"


def test_read_archive_session_without_a_track_has_the_one_that_lists_it() -> None:
    programme = read(tracks=[{"id": 1, "name": "Web", "sessions": [{"id": 5}]}], sessions=[session()])
    assert names_of(programme, "track") == ["Web"]
    assert programme.report[-1].reason == "names no track; 'Web', which lists it, is taken"


def test_read_archive_speaker_whom_the_session_does_not_name_is_left_out_and_told() -> None:
    programme = linked("speakers", [TWO[0] | {"sessions": [5]}, TWO[2]], {"id": 79, "name": "Cem Third"})
    assert names_of(programme, "speakers") == ["Cem Third"]
    reason = "speaker 'Ann First' lists it, which does not name them, and is left out"
    assert programme.report[-1].reason == reason


def test_read_archive_listed_session_of_another_title_is_another_session() -> None:
    programme = read(speakers=[TWO[0] | {"sessions": [{"id": 5, "title": "Other"}]}], sessions=[session()])
    assert names_of(programme, "speakers") == []
    assert programme.report[-1] == report_line("sessions", "5", "taken", "")


def test_read_archive_session_that_is_only_listed_is_told_on_who_lists_it() -> None:
    programme = read(speakers=[TWO[0] | {"sessions": [{"id": 404, "title": "Lost"}]}])
    assert programme.report[1] == report_line(
        "speakers", "78", "mended", "lists sessions that are not in the archive: 404"
    )


def test_read_archive_track_that_lists_the_session_of_another_is_told() -> None:
    tracks = [{"id": 1, "name": "Web", "sessions": [{"id": 5}]}, {"id": 2, "name": "Core"}]
    programme = linked("track", tracks, {"id": 2, "name": "Core"}, track_id=1)
    assert names_of(programme, "track") == ["Core"]
    assert programme.report[-1].reason == "not kept: track_id '1'; track 'Web' lists it too"


def test_read_archive_copy_in_a_session_that_says_otherwise_is_told() -> None:
    listed = {"id": 3, "name": "Gull", "short-biography": "Old", "photo-url": "https://x.example/a"}
    copy = listed | {"short-biography": "New", "heard-from": "A friend", "icon-image-url": "https://x.example/b"}
    programme = linked("speakers", [listed], copy)
    reason = "not kept of its speakers, whose own records count: short_biography, heard_from"
    assert programme.report[-1].reason == reason

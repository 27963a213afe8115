"""Which Open Event records are refused, and how references between them are resolved."""

import pytest

from chalicelib.core.kinds import Kind
from chalicelib.exchange.open_event import reader as open_event
from tests.unit.exchange.open_event_samples import NAMES, read, read_one, report_line, session

UNREADABLE = "has no usable NAME: it must be a text that can be read, and is"


def titled(kind: str, name: object, **others: object) -> dict[str, object]:
    """Returns a record of a kind, with a name in that kind's field for names."""
    return {"title": name, "state": "draft"} | others if kind == "sessions" else {"name": name} | others


@pytest.mark.parametrize("kind", NAMES[1:])
@pytest.mark.parametrize(
    ("record", "source_id", "reason"),
    [
        (None, "#1", "must be a JSON object and is null"),
        (["x"], "#1", "must be a JSON object and is an array"),
        ("x", "#1", "must be a JSON object and is a text"),
        (7.5, "#1", "must be a JSON object and is a number"),
        (True, "#1", "must be a JSON object and is true"),
        ({}, "#1", f"{UNREADABLE} absent or has no letter or digit"),
        ({"id": 8, "name": None, "title": " "}, "8", f"{UNREADABLE} absent or has no letter or digit"),
        ({"id": 8, "name": 7, "title": 7}, "8", f"{UNREADABLE} a number"),
        ({"id": 8, "name": ["x"], "title": ["x"]}, "8", f"{UNREADABLE} an array"),
        ({"id": 8, "name": "<p></p>", "title": "<p></p>"}, "8", f"{UNREADABLE} absent or has no letter or digit"),
        ({"id": 8, "name": "x", "title": "x", "deleted-at": "2024-01-01T00:00:00Z"}, "8", "deleted at source"),
    ],
)
def test_read_archive_bad_record_is_refused_alone(kind: str, record: object, source_id: str, reason: str) -> None:
    programme = read(**{kind: [record, titled(kind, "Good", id=9)]})
    reason = reason.replace("NAME", "title" if kind == "sessions" else "name")
    assert programme.report[1:] == [
        report_line(kind, source_id, "refused", reason),
        report_line(kind, "9", "taken", ""),
    ]
    assert [resource[:2] for resource in programme.resources] == [(kind, "9")]


@pytest.mark.parametrize("kind", NAMES[1:])
def test_read_archive_two_records_of_an_id_are_both_kept(kind: str) -> None:
    programme = read(
        **{kind: [titled(kind, "First", id=4), titled(kind, "Second", id="4"), titled(kind, "Third", id=4)]}
    )
    kept = "has the id of an earlier record, 'First'; both are kept"
    assert programme.report[1:] == [
        report_line(kind, "4", "taken", ""),
        report_line(kind, "4", "mended", kept),
        report_line(kind, "4", "mended", kept),
    ]
    names = [found.fields["title" if kind == "sessions" else "name"] for found in programme.resources]
    assert names == ["First", "Second", "Third"]
    assert len({resource.source_id for resource in programme.resources}) == 3


@pytest.mark.parametrize("kind", NAMES[1:])
def test_read_archive_copy_of_a_record_is_taken_once(kind: str) -> None:
    first, second = titled(kind, "Twin", id=4), titled(kind, "Twin", id="4")
    assert read(**{kind: [first, second]}).report[1:] == [
        report_line(kind, "4", "taken", ""),
        report_line(kind, "4", "refused", "is a copy of an earlier record, which is taken"),
    ]


def test_read_archive_id_of_a_refused_record_is_free() -> None:
    programme = read(tracks=[{"id": 4}, {"id": 4, "name": "Second try"}])
    assert [line.outcome for line in programme.report[1:]] == ["refused", "taken"]


@pytest.mark.parametrize("reference", [{"id": 3}, {"id": "3"}, 3, "3", 3.0, {"name": "gull"}])
def test_read_archive_reference_in_any_form_is_resolved(reference: object) -> None:
    known = [{"id": 3, "name": "Gull"}]
    programme = read(
        tracks=known,
        microlocations=known,
        speakers=known,
        sessions=[session(track=reference, microlocation=reference, speakers=[reference, reference])],
    )
    found = programme.resources[-1].fields
    assert (found["track_id"], found["microlocation_id"], found["speaker_ids"]) == ("3", "3", ["3"])
    assert programme.report[-1] == report_line("sessions", "5", "taken", "")


def test_read_archive_speaker_only_embedded_is_taken_once_with_a_mend() -> None:
    embedded = {"id": 77, "name": "Stowaway", "short-biography": "<p>Hi</p>", "country": "Fiji"}
    nameless = {"name": "No Number"}
    programme = read(
        speakers=[{"id": 3, "name": "Gull"}],
        sessions=[
            session(id=1, speakers=[embedded, {"id": 3}, nameless]),
            session(id=2, speakers=[{"id": 77, "name": "Stowaway"}, nameless]),
        ],
    )
    speakers = [resource for resource in programme.resources if resource.kind is Kind.SPEAKERS]
    assert [(found.source_id, found.fields["name"]) for found in speakers] == [
        ("3", "Gull"),
        ("77", "Stowaway"),
        ("name:No Number", "No Number"),
    ]
    assert (speakers[1].fields["short_biography"], speakers[1].fields["country"]) == ("<p>Hi</p>", "FJ")
    assert [resource.fields["speaker_ids"] for resource in programme.resources[-2:]] == [
        ["77", "3", "name:No Number"],
        ["77", "name:No Number"],
    ]
    assert programme.report[1:] == [
        report_line("speakers", "3", "taken", ""),
        report_line("speakers", "77", "mended", "only listed with session 1"),
        report_line("speakers", "name:No Number", "mended", "only listed with session 1"),
        report_line("sessions", "1", "taken", ""),
        report_line("sessions", "2", "taken", ""),
    ]


def test_read_archive_speaker_deleted_at_source_does_not_come_back_with_a_session() -> None:
    programme = read(
        speakers=[{"id": 3, "name": "Gone", "deleted-at": "2024-01-01"}],
        sessions=[session(speakers=[{"id": 3, "name": "Gone"}])],
    )
    assert [resource.kind for resource in programme.resources] == [Kind.SESSIONS]
    assert programme.report[-1].reason == "speaker '3' is not in the archive and is left out"


def test_read_archive_embedded_speakers_stop_at_the_limit_of_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_event, "MAX_RECORDS", 2)
    programme = read(sessions=[session(speakers=[{"id": n, "name": f"Gull {n}"} for n in range(3)])])
    assert programme.resources[-1].fields["speaker_ids"] == ["0", "1"]
    assert programme.report[-1].reason == "speaker '2' is not in the archive and is left out"


def test_read_archive_more_than_50_speakers_are_cut() -> None:
    speakers = [{"id": n, "name": f"Gull {n}"} for n in range(60)]
    programme = read(speakers=speakers, sessions=[session(speakers=speakers)])
    assert programme.resources[-1].fields["speaker_ids"] == [str(n) for n in range(50)]
    assert programme.report[-1].reason == "had 60 speakers; the first 50 are kept"


def test_read_archive_hostile_html_runs_nowhere_and_stays_text_where_text_belongs() -> None:
    hostile = "<img src=x onerror=alert(1)><a href='java&#x200b;script:alert(1)'>x</a><b onclick=y>z</b>"
    fields, _ = read_one("sessions", session(title="<img src=x onerror=alert(1)>", **{"short-abstract": hostile}))
    assert fields["title"] == "<img src=x onerror=alert(1)>"
    assert fields["short_abstract"] == '<a rel="noopener noreferrer nofollow">x</a><b>z</b>'

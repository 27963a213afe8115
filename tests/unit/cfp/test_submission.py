"""A proposal as its author reads it."""

import json
from datetime import timedelta
from typing import Any

from chalicelib.cfp.domain.submission import Submission, represent_submission, represent_submissions
from chalicelib.content.domain.programme import SessionState
from tests.unit.website.builders import NOW, event, ident, session, speaker

LATER = NOW + timedelta(hours=1)
MADE = Submission(ident(2), ident(1), "user", ident(3), int(NOW.timestamp()))
HIDDEN = {"microlocation_id": ident(9), "speaker_ids": [ident(3), ident(4)], "starts_at": LATER, "ends_at": LATER}


def shown(session_fields: dict[str, Any], speaker_fields: dict[str, Any] | None) -> dict[str, Any]:
    person = None if speaker_fields is None else speaker(3, **speaker_fields)
    made = represent_submission(event(), session(2, **session_fields), person, can_be_changed=True, submission=MADE)
    found: dict[str, Any] = json.loads(made.body)
    return found


def test_represent_submission_what_staff_added_to_a_session_is_left_out() -> None:
    found = shown(HIDDEN, {"email": "ada@example.org", "user_id": ident(5)})
    assert set(found["session"]) & set(HIDDEN) == set()
    assert "ada@example.org" not in json.dumps(found)
    assert ident(5) not in json.dumps(found)
    assert found["state"] == "accepted"


def test_represent_submission_without_a_speaker_has_none() -> None:
    assert shown({}, None)["speaker"] is None


def test_represent_submission_was_updated_when_session_or_speaker_was() -> None:
    assert shown({"updated_at": LATER}, {})["updated_at"] == "2027-01-01T01:00:00Z"
    assert shown({}, {"updated_at": LATER})["updated_at"] == "2027-01-01T01:00:00Z"
    assert shown({}, {})["updated_at"] == "2027-01-01T00:00:00Z"


def test_represent_submissions_lists_bodies_under_a_tag_of_their_own() -> None:
    one = represent_submission(event(), session(2), None, can_be_changed=True, submission=MADE)
    withdrawn = session(2, state=SessionState.WITHDRAWN)
    other = represent_submission(event(), withdrawn, None, can_be_changed=False, submission=MADE)
    listed = represent_submissions([one, other])
    assert json.loads(listed.body) == {"items": [json.loads(one.body), json.loads(other.body)], "next_cursor": None}
    assert len({one.etag, other.etag, listed.etag, represent_submissions([]).etag}) == 4
    assert json.loads(represent_submissions([]).body)["items"] == []

"""The public view of an event and its parts."""

import json
from typing import Any

import msgspec
import pytest

from chalicelib.content.domain.event import EventState
from chalicelib.content.domain.programme import SessionState
from chalicelib.content.domain.views import remade, represent_public, revive, written
from chalicelib.core.kinds import Kind
from tests.unit.website.builders import event, ident, session, speaker, track


@pytest.mark.parametrize(
    ("resource", "is_public"),
    [
        *((event(state=state), state is EventState.PUBLISHED) for state in EventState),
        *(
            (session(2, state=state), state in (SessionState.ACCEPTED, SessionState.CONFIRMED))
            for state in SessionState
        ),
        (speaker(3), True),
        (speaker(3, listed=False), False),
        (track(4), True),
    ],
)
def test_represent_for_everybody_only_what_is_public(resource: Any, *, is_public: bool) -> None:
    assert (represent_public(resource) is not None) is is_public


def test_represent_a_speaker_without_what_is_for_staff() -> None:
    shown = represent_public(speaker(3, email="ada@example.org", user_id=ident(5)))
    assert shown is not None
    assert set(json.loads(shown.body)) & {"email", "user_id", "listed"} == set()
    assert "ada@example.org" not in shown.body


def test_write_both_views_of_a_resource() -> None:
    made = written("E", Kind.SPEAKERS, speaker(3, email="ada@example.org"))
    assert made.public is not None
    assert (made.event_id, made.kind, made.id) == ("E", Kind.SPEAKERS, ident(3))
    assert "ada@example.org" in made.representation.body
    assert made.representation.etag != made.public.etag


def test_revive_what_a_newer_release_wrote_passes_over_its_fields() -> None:
    body = msgspec.json.encode({**msgspec.to_builtins(track(4)), "invented": 1}).decode()
    assert revive(Kind.TRACKS, body) == track(4)


def test_remake_a_draft_event_stays_hidden() -> None:
    body = written("E", Kind.EVENTS, event(state=EventState.DRAFT)).representation.body
    again = remade("E", Kind.EVENTS, body)
    assert (again.public, again.representation.body) == (None, body)

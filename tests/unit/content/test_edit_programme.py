"""What a write of a part of an event writes, refuses and tries again."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.content.domain.programme import FIELDS, SessionState, SpeakerFields
from chalicelib.content.ports import Missing
from chalicelib.content.services.edit_programme import TRIES, EditProgramme
from chalicelib.core.errors import (
    AlreadyExists,
    Busy,
    Forbidden,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    StillReferenced,
    Violation,
)
from chalicelib.core.kinds import Kind
from chalicelib.core.permissions import Action
from chalicelib.core.preconditions import ANY, Match
from chalicelib.core.principal import Principal
from chalicelib.core.text import MAX_HTML
from chalicelib.notifications.services.compose import Messages
from tests.unit.content.builders import EVENT, RecordedProgramme, resource, stored
from tests.unit.orders.builders import MOMENT, clock_at
from tests.unit.website.builders import ident, room, session, speaker, sponsor, track

STAFF = Principal("staff", "f")
NEW = ident(90)
TRACK, ROOM, HIDDEN, SPONSOR = track(21), room(31), speaker(11, listed=False), sponsor(41)
TALK = session(5, state=SessionState.SUBMITTED, track_id=TRACK.id, speaker_ids=[HIDDEN.id])
TOLD: Any = Messages(("a notification",), ("a mail",))
EVERY = frozenset({ANY})


class World:
    """The service over these parts; speakers are told `TOLD` of every change of a session."""

    def __init__(self, *parts: Any, failures: tuple[Exception, ...] = (), refuses: Exception | None = None) -> None:
        self.store = RecordedProgramme(*(parts or (TRACK, ROOM, HIDDEN, SPONSOR, TALK)), failures=failures)
        self.refuses, self.asked, self.told = refuses, list[Any](), list[Any]()
        ids: Any = SimpleNamespace(new_id=lambda: "fresh tag")
        world: Any = self
        self.service = EditProgramme(world.store, world, clock_at(MOMENT.timestamp()), ids, lambda: world)

    def require(self, caller: Principal, event_id: str, action: Action) -> None:
        self.asked.append((caller, event_id, action))
        if self.refuses:
            raise self.refuses

    def compose_messages(self, event_id: str, before: Any, after: Any, **terms: Any) -> Messages:
        self.told.append((before.state, after.state, terms))
        made: Messages = TOLD
        return made

    def create(self, kind: Kind, **fields: Any) -> Any:
        return self.service.create(kind, EVENT, FIELDS[kind](**fields), caller=STAFF, new_id=NEW)

    def update(self, kind: Kind, id: str, patch: object, match: Match = EVERY) -> Any:
        return self.service.update(kind, EVENT, id, patch, caller=STAFF, match=match)

    def delete(self, kind: Kind, id: str, match: Match = EVERY) -> None:
        self.service.delete(kind, EVENT, id, caller=STAFF, match=match)

    @property
    def written(self) -> tuple[Any, dict[str, Any]]:
        """What the one write wrote, and its terms."""
        ((change, terms),) = self.store.writes
        return resource(change), terms


def test_create_writes_clean_fields_of_now_under_a_fresh_tag() -> None:
    world = World()
    made = world.create(Kind.TRACKS, name="Web", description="<p>x<script>y</script></p>")
    part, terms = world.written
    assert (part.id, part.description, part.created_at, part.updated_at) == (NEW, "<p>x</p>", MOMENT, MOMENT)
    assert terms == {"references": [], "tag": "fresh tag", "listing": []}
    assert (made.body == stored(part).body, world.asked) == (True, [(STAFF, EVENT, Action.EDIT_CONTENT)])


def test_create_a_public_session_lists_its_speakers_and_names_what_it_points_at() -> None:
    world = World()
    world.create(Kind.SESSIONS, title="Talk", state=SessionState.ACCEPTED, speaker_ids=[HIDDEN.id])
    _, terms = world.written
    assert terms["references"] == [("/speaker_ids/0", Kind.SPEAKERS, HIDDEN.id)]
    assert [resource(one.speaker).id for one in terms["listing"]] == [HIDDEN.id]


def test_create_that_points_at_nothing_says_where() -> None:
    with pytest.raises(InvalidInput) as refusal:
        World(failures=(Missing(["/track_id"]),)).create(Kind.SESSIONS, title="Talk", track_id=ident(99))
    assert refusal.value.violations == [Violation("/track_id", "names nothing in this event")]


def test_create_while_a_speaker_is_edited_looks_again() -> None:
    world = World(failures=(Missing(["/speaker_ids/0"]),))
    world.create(Kind.SESSIONS, title="Talk", state=SessionState.ACCEPTED, speaker_ids=[HIDDEN.id])
    assert len(world.store.writes) == 1


def test_create_again_answers_with_what_the_first_request_made() -> None:
    first = track(90)
    made = World(first, failures=(AlreadyExists("there"),)).create(Kind.TRACKS, name="Web")
    assert (made.etag, made.body) == (stored(first).etag, stored(first).body)
    with pytest.raises(NotFound):
        World(TRACK, failures=(AlreadyExists("there"),)).create(Kind.TRACKS, name="Web")


@pytest.mark.parametrize(("length", "fits"), [(MAX_HTML, True), (MAX_HTML + 1, False)])
def test_create_html_that_stays_too_long_is_refused(length: int, fits: bool) -> None:
    world = World()
    if fits:
        world.create(Kind.TRACKS, name="Web", description="x" * length)
    else:
        with pytest.raises(InvalidInput) as refusal:
            world.create(Kind.TRACKS, name="Web", description="x" * length)
        assert refusal.value.violations == [Violation("/description", f"may have at most {MAX_HTML} characters")]
    assert len(world.store.writes) == int(fits)


def test_update_writes_the_patch_over_what_was_read_under_its_tag() -> None:
    world = World()
    made = world.update(Kind.TRACKS, TRACK.id, {"description": "x<script>y</script>"}, frozenset({stored(TRACK).etag}))
    part, terms = world.written
    assert part == replace(TRACK, description="x", updated_at=MOMENT)
    assert terms == {
        "expected_tag": stored(TRACK).etag,
        "was_public": True,
        "references": [],
        "tag": "fresh tag",
        "notifications": (),
        "mails": (),
        "listing": [],
    }
    assert (made.etag, world.told) == (stored(part).etag, [])


def test_update_a_session_tells_its_speakers_in_the_same_write_as_far_as_there_is_room() -> None:
    world = World()
    made = world.update(Kind.SESSIONS, TALK.id, {"state": "accepted"})
    part, terms = world.written
    assert (terms["notifications"], terms["mails"], terms["was_public"]) == (("a notification",), ("a mail",), False)
    assert [resource(one.speaker).id for one in terms["listing"]] == [HIDDEN.id]
    told = {"tag": made.etag, "caller": STAFF, "room": 100 - 3 - 1}
    assert world.told == [(SessionState.SUBMITTED, SessionState.ACCEPTED, told)]
    assert made.etag == stored(part).etag


def test_update_checks_only_what_it_points_at_anew() -> None:
    world = World()
    world.update(Kind.SESSIONS, TALK.id, {"microlocation_id": ROOM.id, "speaker_ids": [ident(12), HIDDEN.id]})
    assert world.written[1]["references"] == [
        ("/speaker_ids/0", Kind.SPEAKERS, ident(12)),
        ("/microlocation_id", Kind.MICROLOCATIONS, ROOM.id),
    ]


@pytest.mark.parametrize(
    ("patch", "pointer"), [({"name": ""}, "/name"), ({"id": NEW}, "/id"), ({"colour": "x"}, "/colour")]
)
def test_update_that_breaks_a_rule_writes_nothing(patch: dict[str, str], pointer: str) -> None:
    world = World()
    with pytest.raises(InvalidInput) as refusal:
        world.update(Kind.TRACKS, TRACK.id, patch)
    assert ([one.pointer for one in refusal.value.violations], world.store.writes) == ([pointer], [])


@pytest.mark.parametrize("id", [ident(99), "no id"])
def test_update_and_delete_what_is_not_there_are_not_found(id: str) -> None:
    world = World()
    with pytest.raises(NotFound):
        world.update(Kind.TRACKS, id, {})
    with pytest.raises(NotFound):
        world.delete(Kind.TRACKS, id)
    assert world.store.loads == (2 if id == ident(99) else 0)


@pytest.mark.parametrize(("match", "error"), [(None, PreconditionRequired), (frozenset({"old"}), PreconditionFailed)])
def test_update_and_delete_of_another_version_are_refused(match: Match, error: type[Exception]) -> None:
    world = World()
    with pytest.raises(error):
        world.update(Kind.TRACKS, TRACK.id, {}, match)
    with pytest.raises(error):
        world.delete(Kind.TRACKS, TRACK.id, match)
    assert world.store.writes == []


def test_update_of_one_version_that_is_overtaken_is_refused_at_once() -> None:
    world = World(failures=(PreconditionFailed(),))
    with pytest.raises(PreconditionFailed):
        world.update(Kind.TRACKS, TRACK.id, {}, frozenset({stored(TRACK).etag}))
    assert world.store.loads == 1


def test_update_of_whatever_there_is_that_is_overtaken_looks_again_and_gives_up_in_the_end() -> None:
    world = World(failures=(PreconditionFailed(),) * (TRIES - 1))
    world.update(Kind.TRACKS, TRACK.id, {"name": "Web"})
    assert (world.store.loads, len(world.store.writes)) == (TRIES, 1)
    with pytest.raises(Busy):
        World(failures=(PreconditionFailed(),) * TRIES).update(Kind.TRACKS, TRACK.id, {})


def test_update_that_points_at_nothing_says_where() -> None:
    with pytest.raises(InvalidInput) as refusal:
        World(failures=(Missing(["/track_id"]),)).update(Kind.SESSIONS, TALK.id, {"track_id": ident(99)})
    assert refusal.value.violations == [Violation("/track_id", "names nothing in this event")]


def test_delete_writes_it_under_the_tags_of_it_and_of_the_sessions() -> None:
    world = World(TRACK)
    world.delete(Kind.TRACKS, TRACK.id)
    part, terms = world.written
    assert part == TRACK
    assert terms == {"expected_tag": stored(TRACK).etag, "sessions_tag": "sessions tag", "tag": "fresh tag"}


@pytest.mark.parametrize(("kind", "part"), [(Kind.SPONSORS, SPONSOR), (Kind.SESSIONS, TALK)])
def test_delete_what_no_session_refers_to_needs_no_tag_of_the_sessions(kind: Kind, part: Any) -> None:
    world = World()
    world.delete(kind, part.id)
    assert world.written[1]["sessions_tag"] is None


@pytest.mark.parametrize(("kind", "part"), [(Kind.TRACKS, TRACK), (Kind.SPEAKERS, HIDDEN), (Kind.MICROLOCATIONS, ROOM)])
def test_delete_what_sessions_refer_to_is_refused_and_says_which(kind: Kind, part: Any) -> None:
    world = World(TRACK, HIDDEN, ROOM, replace(TALK, microlocation_id=ROOM.id), session(6))
    with pytest.raises(StillReferenced) as refusal:
        world.delete(kind, part.id)
    assert (refusal.value.extra, world.store.writes) == ({"referrers": [TALK.id]}, [])


@pytest.mark.parametrize("failure", [PreconditionFailed(), Missing(["/"])])
def test_delete_that_is_overtaken_looks_again(failure: Exception) -> None:
    world = World(TRACK, failures=(failure,))
    world.delete(Kind.TRACKS, TRACK.id)
    assert len(world.store.writes) == 1


def test_write_by_whoever_may_not_edit_is_refused_before_anything_is_read() -> None:
    world = World(refuses=Forbidden("no"))
    with pytest.raises(Forbidden):
        world.create(Kind.SPEAKERS, **{name: getattr(HIDDEN, name) for name in SpeakerFields.__struct_fields__})
    with pytest.raises(Forbidden):
        world.update(Kind.TRACKS, TRACK.id, {})
    with pytest.raises(Forbidden):
        world.delete(Kind.TRACKS, TRACK.id)
    assert (world.store.loads, world.store.writes) == (0, [])

"""Somebody proposes, edits and withdraws a session: when they may, as which speaker, and what is written."""

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.cfp.domain.submission import MOST_A_PERSON, Proposer, Submission, SubmissionForm
from chalicelib.cfp.ports import NotOpen, ProposalChange, SpeakerOvertaken
from chalicelib.cfp.services.submit_proposal import SubmitProposal
from chalicelib.content.domain.event import EventState
from chalicelib.content.domain.programme import ProposedSession, Session, SessionState, Speaker, SpeakerProfile
from chalicelib.content.domain.views import revive
from chalicelib.content.ports import Missing
from chalicelib.content.services.edit_programme import TRIES
from chalicelib.core.errors import (
    Busy,
    Conflict,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Violation,
)
from chalicelib.core.kinds import Kind
from chalicelib.core.principal import Principal
from chalicelib.notifications.ports import Contact
from chalicelib.notifications.services.compose import Messages
from tests.unit.cfp.builders import CLOSES, OPENS, stored_call
from tests.unit.content.fake_programme import FakeProgrammeStore
from tests.unit.orders.builders import clock_at
from tests.unit.website.builders import event, ident, session, speaker

EVENT, TALK, SPEAKER, NEW, TRACK = (ident(number) for number in range(1, 6))
USER, STRANGER = ident(7), ident(8)
CALLER, OTHER = Principal(USER, "f"), Principal(STRANGER, "f")
FORM = SubmissionForm(session=ProposedSession(title="Talk"), speaker=SpeakerProfile(name="Ada"))
PROPOSED = session(2, state=SessionState.SUBMITTED, speaker_ids=[SPEAKER])
ADA = speaker(3, user_id=USER, listed=False, email="ada@example.org")
MINE = Submission(TALK, EVENT, USER, SPEAKER, OPENS)
ANY = frozenset({"*"})


class World:
    """The service at second `now` over an event, its call and what Ada proposed; the next writes fail as planned."""

    def __init__(self, *failures: Exception, now: float = OPENS, call: Any = None, **parts: list[Any]) -> None:
        self.store = FakeProgrammeStore(**{"events": [event()], "speakers": [], "sessions": [], **parts})
        self.submissions = {(one.user_id, one.session_id): one for one in [MINE] if self.store.kept[Kind.SESSIONS]}
        self.proposer: Proposer | None = None
        self.failures = list(failures)
        self.changes: list[ProposalChange] = []
        self.submitted: list[tuple[Any, ...]] = []
        everything: Any = self
        self.service = SubmitProposal(
            store=self.store,
            submissions=everything,
            stored=everything,
            contacts=everything,
            notify_reviewers=everything,
            clock=clock_at(now),
            ids=SimpleNamespace(new_id=lambda: NEW),  # type: ignore[arg-type]
        )
        self.call = stored_call() if call is None else call

    def call_for_papers(self, event_id: str, *, consistent: bool) -> Any:
        assert consistent
        return self.call

    def load_contacts(self, user_ids: Sequence[str]) -> dict[str, Contact]:
        return {USER: Contact("ada@example.org", verified=True, language="en")}

    def compose_messages(
        self, event: Any, session: Session, speaker: Speaker, *, caller: Principal, room: int
    ) -> Messages:
        return Messages((f"of {session.title} by {speaker.name}",), (room,))  # type: ignore[arg-type]

    def load_proposer(self, event_id: str, user_id: str) -> Proposer | None:
        return self.proposer

    def load_submission(self, user_id: str, session_id: str) -> Submission | None:
        return self.submissions.get((user_id, session_id))

    def list_submissions(self, user_id: str) -> list[Submission]:
        return [one for one in self.submissions.values() if one.user_id == user_id]

    def submit(self, submission: Submission, change: ProposalChange, **more: Any) -> None:
        self.revise(change)
        self.submissions[submission.user_id, submission.session_id] = submission
        self.submitted.append((submission, more))

    def revise(self, change: ProposalChange) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.changes.append(change)
        for one in (change.session, change.speaker):
            if one is not None:
                self.store.kept[one.kind][one.id] = revive(one.kind, one.representation.body)

    def propose(self, form: SubmissionForm = FORM) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.service.submit_proposal(EVENT, form, caller=CALLER, new_id=TALK).body)
        return made

    def update(self, patch: dict[str, Any], match: frozenset[str] | None = ANY) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.service.update_proposal(TALK, patch, caller=CALLER, match=match).body)
        return made

    @property
    def speaker(self) -> Any:
        return self.store.kept[Kind.SPEAKERS][self.changes[-1].speaker.id]  # type: ignore[union-attr]


def standing(*failures: Exception, proposed: Session = PROPOSED, by: Speaker | None = ADA, **more: Any) -> World:
    """A world in which Ada proposed a talk."""
    return World(*failures, sessions=[proposed], speakers=[by] if by else [], **more)


def test_submit_first_proposal_writes_session_and_a_speaker_that_is_not_listed() -> None:
    world = World()
    made = world.propose()
    assert (made["id"], made["state"], made["can_be_changed"]) == (TALK, "submitted", True)
    kept = world.store.kept[Kind.SESSIONS][TALK]
    assert (kept.title, kept.state, kept.speaker_ids) == ("Talk", SessionState.SUBMITTED, [NEW])
    assert (world.speaker.user_id, world.speaker.email, world.speaker.listed) == (USER, "ada@example.org", False)
    (change,) = world.changes
    assert (change.session_tag, change.speaker_tag, change.speaker_public, change.now) == (None, None, False, OPENS)
    told = {"before": None, "notifications": ("of Talk by Ada",), "mails": (93,)}
    assert world.submitted == [(Submission(TALK, EVENT, USER, NEW, OPENS), told)]


def test_submit_another_proposal_is_by_the_same_speaker_and_keeps_what_it_leaves_empty() -> None:
    world = World(speakers=[replace(ADA, organisation="ACME", name="Old")])
    world.proposer = Proposer(SPEAKER, 1)
    world.propose()
    assert (world.speaker.id, world.speaker.name, world.speaker.organisation) == (SPEAKER, "Ada", "ACME")
    assert world.changes[0].speaker_tag is not None


@pytest.mark.parametrize("speakers", [[], [replace(ADA, user_id=STRANGER)]], ids=["removed", "given to another"])
def test_submit_whose_speaker_is_not_theirs_any_more_makes_a_new_one(speakers: list[Speaker]) -> None:
    world = World(speakers=speakers)
    world.proposer = Proposer(SPEAKER, 1)
    world.propose()
    assert (world.speaker.id, world.changes[0].speaker_tag) == (NEW, None)


def test_submit_takes_out_of_the_html_what_could_run() -> None:
    world = World()
    evil = "<p>in</p><script>out</script>"
    form = SubmissionForm(
        session=ProposedSession(title="Talk", short_abstract=evil),
        speaker=SpeakerProfile(name="Ada", short_biography=evil),
    )
    made = world.propose(form)
    assert (made["session"]["short_abstract"], made["speaker"]["short_biography"]) == ("<p>in</p>", "<p>in</p>")


def test_submit_to_a_track_refers_to_it() -> None:
    world = World()
    world.propose(SubmissionForm(session=ProposedSession(title="Talk", track_id=TRACK), speaker=FORM.speaker))
    assert world.changes[0].references == [("/session/track_id", Kind.TRACKS, TRACK)]
    assert world.submitted[0][1]["mails"] == (92,)


@pytest.mark.parametrize(
    "world",
    [World(now=OPENS - 1), World(now=CLOSES), World(call=stored_call(published=False)), World(NotOpen())],
    ids=["not yet", "over", "hidden", "closed meanwhile"],
)
def test_submit_while_the_call_is_not_open_is_refused(world: World) -> None:
    with pytest.raises(Conflict) as refused:
        world.propose()
    assert (refused.value.code, world.changes) == ("call_closed", [])


@pytest.mark.parametrize("events", [[], [event(state=EventState.DRAFT)]])
def test_submit_to_an_event_that_nobody_sees_is_not_found(events: list[Any]) -> None:
    with pytest.raises(NotFound):
        World(events=events).propose()


def test_submit_more_than_one_person_may_is_refused() -> None:
    world = World()
    world.proposer = Proposer(SPEAKER, MOST_A_PERSON - 1)
    world.propose()
    world = World()
    world.proposer = Proposer(SPEAKER, MOST_A_PERSON)
    with pytest.raises(Conflict) as refused:
        world.propose()
    assert refused.value.code == "too_many_submissions"


def test_submit_to_a_track_that_is_gone_names_it() -> None:
    with pytest.raises(InvalidInput) as refused:
        World(Missing(["/session/track_id"])).propose()
    assert refused.value.violations == [Violation("/session/track_id", "names nothing in this event")]


def test_submit_again_reads_what_the_first_try_wrote_even_after_the_end() -> None:
    world = standing(now=CLOSES)
    assert world.propose()["id"] == TALK
    assert world.changes == []


def test_submit_while_their_speaker_changes_looks_again_and_gives_up_in_the_end() -> None:
    world = World(*(SpeakerOvertaken() for _ in range(TRIES - 1)))
    assert world.propose()["id"] == TALK
    with pytest.raises(Busy):
        World(*(SpeakerOvertaken() for _ in range(TRIES))).propose()


def test_list_proposals_leaves_out_those_that_staff_removed() -> None:
    world = standing()
    world.submissions[USER, "gone"] = MINE._replace(session_id=ident(9))
    found = json.loads(world.service.list_proposals(CALLER).body)
    assert [one["id"] for one in found["items"]] == [TALK]


@pytest.mark.parametrize(("by", "name"), [(ADA, "Speaker 3"), (replace(ADA, user_id=STRANGER), None), (None, None)])
def test_read_proposal_shows_one_s_own_speaker_alone(by: Speaker | None, name: str | None) -> None:
    found = json.loads(standing(by=by).service.read_proposal(TALK, caller=CALLER).body)
    assert (found["speaker"] and found["speaker"]["name"]) == name


@pytest.mark.parametrize(("caller", "id"), [(OTHER, TALK), (CALLER, ident(9)), (CALLER, "no id")])
def test_read_proposal_that_is_not_one_s_own_is_not_found(caller: Principal, id: str) -> None:
    with pytest.raises(NotFound):
        standing().service.read_proposal(id, caller=caller)


@pytest.mark.parametrize(
    ("proposed", "now", "can_be_changed"),
    [
        (PROPOSED, CLOSES - 1, True),
        (PROPOSED, CLOSES, False),
        (replace(PROPOSED, state=SessionState.ACCEPTED), OPENS, False),
    ],
)
def test_read_proposal_says_whether_it_can_be_changed(proposed: Session, now: float, *, can_be_changed: bool) -> None:
    found = json.loads(standing(proposed=proposed, now=now).service.read_proposal(TALK, caller=CALLER).body)
    assert found["can_be_changed"] is can_be_changed


def test_update_session_leaves_the_speaker_as_it_is() -> None:
    world = standing()
    assert world.update({"session": {"title": "Better"}})["session"]["title"] == "Better"
    (change,) = world.changes
    assert world.store.kept[Kind.SPEAKERS][SPEAKER] == ADA
    assert (change.session_tag, change.speaker_tag, change.references) != (None, None, [])
    assert world.store.kept[Kind.SESSIONS][TALK].speaker_ids == [SPEAKER]


def test_update_speaker_keeps_account_and_address() -> None:
    world = standing()
    assert world.update({"speaker": {"name": "Ada L."}})["speaker"]["name"] == "Ada L."
    kept = world.store.kept[Kind.SPEAKERS][SPEAKER]
    assert (kept.name, kept.user_id, kept.email, kept.updated_at.timestamp()) == (
        "Ada L.",
        USER,
        "ada@example.org",
        OPENS,
    )


@pytest.mark.parametrize(
    ("track", "references"), [(TRACK, []), (ident(6), [("/session/track_id", Kind.TRACKS, ident(6))])]
)
def test_update_refers_to_a_track_only_where_it_is_another(track: str, references: list[Any]) -> None:
    world = standing(proposed=replace(PROPOSED, track_id=TRACK))
    world.update({"session": {"track_id": track}})
    assert world.changes[0].references == references


@pytest.mark.parametrize(
    ("world", "error", "code"),
    [
        (standing(now=CLOSES), Conflict, "submission_closed"),
        (standing(proposed=replace(PROPOSED, state=SessionState.REJECTED)), Conflict, "submission_closed"),
        (standing(by=replace(ADA, user_id=STRANGER)), Conflict, "submission_closed"),
        (standing(by=None), Conflict, "submission_closed"),
        (standing(NotOpen()), Conflict, "submission_closed"),
        (standing(Missing(["/session/track_id"])), InvalidInput, "invalid_body"),
    ],
    ids=["call over", "decided", "speaker of another", "speaker removed", "closed meanwhile", "track gone"],
)
def test_update_proposal_that_cannot_be_changed_is_refused(world: World, error: type[Exception], code: str) -> None:
    with pytest.raises(error) as refused:
        world.update({"session": {"title": "Better"}})
    assert (refused.value.code, world.changes) == (code, [])  # type: ignore[attr-defined]


@pytest.mark.parametrize(("match", "error"), [(None, PreconditionRequired), (frozenset({"old"}), PreconditionFailed)])
def test_update_of_a_version_nobody_saw_is_refused(match: frozenset[str] | None, error: type[Exception]) -> None:
    with pytest.raises(error):
        standing().update({"session": {"title": "Better"}}, match)


@pytest.mark.parametrize(
    ("state", "was_public"),
    [(SessionState.SUBMITTED, False), (SessionState.ACCEPTED, True), (SessionState.CONFIRMED, True)],
)
def test_withdraw_proposal_even_after_the_end_takes_it_back(state: SessionState, *, was_public: bool) -> None:
    world = standing(proposed=replace(PROPOSED, state=state), now=CLOSES)
    assert json.loads(world.service.withdraw_proposal(TALK, caller=CALLER).body)["state"] == "withdrawn"
    assert [how["was_public"] for how in world.store.how] == [was_public]
    world.service.withdraw_proposal(TALK, caller=CALLER)
    assert len(world.store.how) == 1


@pytest.mark.parametrize("state", [SessionState.REJECTED, SessionState.CANCELLED, SessionState.DRAFT])
def test_withdraw_proposal_that_is_over_is_refused(state: SessionState) -> None:
    with pytest.raises(Conflict) as refused:
        standing(proposed=replace(PROPOSED, state=state)).service.withdraw_proposal(TALK, caller=CALLER)
    assert refused.value.code == "not_withdrawable"


def test_withdraw_while_staff_edit_the_session_looks_again() -> None:
    world = standing()
    world.store.failures = [PreconditionFailed()] * (TRIES - 1)
    world.service.withdraw_proposal(TALK, caller=CALLER)
    assert world.store.kept[Kind.SESSIONS][TALK].state is SessionState.WITHDRAWN

"""Staff decide and speakers confirm: from which states, what is written, and that it is told once."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.announcements.domain.announcement import MAX_MESSAGE
from chalicelib.cfp.domain.review import Decision, ReviewForm
from chalicelib.cfp.services.review_proposal import TRIES, ReviewProposal
from chalicelib.content.domain.programme import Session, SessionState
from chalicelib.content.ports import Missing
from chalicelib.core.errors import Busy, Conflict, Forbidden, InvalidInput, NotFound, PreconditionFailed, Violation
from chalicelib.core.kinds import Kind
from chalicelib.core.principal import Principal
from chalicelib.notifications.services.compose import Messages
from tests.unit.accounts.fake_authorise import FakeAuthorise
from tests.unit.content.fake_programme import FakeProgrammeStore
from tests.unit.orders.builders import MOMENT, clock_at
from tests.unit.website.builders import event, ident, session, speaker

EVENT, TALK, SPEAKER = (ident(number) for number in range(1, 4))
STAFF, GATE, ADA, EVE = (Principal(ident(number), "f") for number in range(6, 10))
PROPOSED = session(2, state=SessionState.SUBMITTED, speaker_ids=[SPEAKER])


class World:
    """The service over one session and its speaker, whom it belongs to; `told` is what was told of it."""

    def __init__(self, *failures: Exception, state: SessionState = SessionState.SUBMITTED) -> None:
        person = speaker(3, user_id=ADA.user_id, listed=False)
        parts = {"events": [event()], "sessions": [replace(PROPOSED, state=state)], "speakers": [person]}
        self.store = FakeProgrammeStore(*failures, **parts)
        self.told: list[tuple[SessionState, int, str]] = []
        everything: Any = self
        ids: Any = SimpleNamespace(new_id=lambda: "new")
        roles: Any = FakeAuthorise({STAFF.user_id: "moderator", GATE.user_id: "registrar"})
        self.service = ReviewProposal(self.store, everything, roles, clock_at(MOMENT.timestamp()), ids)

    def compose_messages(self, event_id: str, old: Session, made: Session, *, room: int, message: str, **_: Any) -> Any:
        self.told.append((made.state, room, message))
        return Messages((made.state,), (message,))  # type: ignore[arg-type]

    def review(self, decision: Decision, message: str = "", *, caller: Principal = STAFF, id: str = TALK) -> str:
        form = ReviewForm(decision=decision, message=message)
        return self.service.review_proposal(EVENT, id, form, caller=caller).etag

    def confirm(self, caller: Principal = ADA) -> str:
        return self.service.confirm_session(EVENT, TALK, caller=caller).etag

    @property
    def session(self) -> Any:
        return self.store.kept[Kind.SESSIONS][TALK]


@pytest.mark.parametrize("before", [SessionState.SUBMITTED, SessionState.REJECTED])
def test_review_accepting_makes_session_and_speaker_public_and_tells(before: SessionState) -> None:
    world = World(state=before)
    world.review(Decision.ACCEPT, "<p>See you<script></script></p>")
    assert (world.session.state, world.session.updated_at) == (SessionState.ACCEPTED, MOMENT)
    assert world.told == [(SessionState.ACCEPTED, 96, "<p>See you</p>")]
    (how,) = world.store.how
    (listing,) = how.pop("listing")
    assert (listing.speaker.id, listing.speaker.public is not None) == (SPEAKER, True)
    assert how == {
        "was_public": False,
        "references": [],
        "tag": "new",
        "notifications": (SessionState.ACCEPTED,),
        "mails": ("<p>See you</p>",),
    }


@pytest.mark.parametrize(("before", "was_public"), [(SessionState.SUBMITTED, False), (SessionState.ACCEPTED, True)])
def test_review_rejecting_takes_the_session_out_of_sight(before: SessionState, *, was_public: bool) -> None:
    world = World(state=before)
    world.review(Decision.REJECT)
    assert world.session.state is SessionState.REJECTED
    assert [(how["was_public"], how["listing"]) for how in world.store.how] == [(was_public, [])]


def test_review_said_again_changes_nothing_and_tells_nobody() -> None:
    world = World()
    first = world.review(Decision.ACCEPT)
    assert world.review(Decision.ACCEPT) == first
    assert (len(world.told), len(world.store.how)) == (1, 1)


@pytest.mark.parametrize(
    "state", [SessionState.CONFIRMED, SessionState.WITHDRAWN, SessionState.CANCELLED, SessionState.DRAFT]
)
def test_review_of_what_is_no_proposal_any_more_is_refused(state: SessionState) -> None:
    with pytest.raises(Conflict) as refused:
        World(state=state).review(Decision.ACCEPT)
    assert refused.value.code == "not_reviewable"


@pytest.mark.parametrize("message", ["<p> </p>", "<script>out</script>", ""])
def test_review_with_a_message_that_says_nothing_has_none(message: str) -> None:
    world = World()
    world.review(Decision.REJECT, message)
    assert [said for *_, said in world.told] == [""]


def test_review_with_a_message_that_is_too_long_once_sanitised_is_refused() -> None:
    World().review(Decision.REJECT, f"{'x' * MAX_MESSAGE}<script>out</script>")
    with pytest.raises(InvalidInput) as refused:
        World().review(Decision.REJECT, "x" * (MAX_MESSAGE + 1))
    assert refused.value.violations == [Violation("/message", f"may have at most {MAX_MESSAGE} characters")]


@pytest.mark.parametrize(("caller", "error"), [(GATE, Forbidden), (ADA, NotFound)])
def test_review_by_who_may_not_is_refused(caller: Principal, error: type[Exception]) -> None:
    with pytest.raises(error):
        World().review(Decision.ACCEPT, caller=caller)


@pytest.mark.parametrize("id", [ident(9), "no id"])
def test_review_of_a_session_that_is_none_is_not_found(id: str) -> None:
    with pytest.raises(NotFound):
        World().review(Decision.ACCEPT, id=id)


@pytest.mark.parametrize("failure", [PreconditionFailed(), Missing(["/speaker_ids/0"])])
def test_review_while_session_or_speaker_change_looks_again_and_gives_up_in_the_end(failure: Exception) -> None:
    world = World(*[failure] * (TRIES - 1))
    world.review(Decision.ACCEPT)
    assert world.session.state is SessionState.ACCEPTED
    with pytest.raises(Busy):
        World(*[failure] * TRIES).review(Decision.ACCEPT)


def test_confirm_by_a_speaker_of_the_session_is_written_once() -> None:
    world = World(state=SessionState.ACCEPTED)
    first = world.confirm()
    assert world.session.state is SessionState.CONFIRMED
    assert world.confirm() == first
    assert len(world.store.how) == 1


@pytest.mark.parametrize("caller", [EVE, STAFF])
def test_confirm_by_anybody_else_is_not_found(caller: Principal) -> None:
    with pytest.raises(NotFound):
        World(state=SessionState.ACCEPTED).confirm(caller)


@pytest.mark.parametrize("state", [SessionState.SUBMITTED, SessionState.REJECTED, SessionState.CANCELLED])
def test_confirm_what_was_not_accepted_is_refused(state: SessionState) -> None:
    with pytest.raises(Conflict) as refused:
        World(state=state).confirm()
    assert refused.value.code == "not_accepted"

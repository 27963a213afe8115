"""A call is opened, changed and ended: which version one must have seen, and when it is to be looked at."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.cfp.domain.call_for_papers import CallFields, CallForPapers
from chalicelib.cfp.ports import CallTimes
from chalicelib.cfp.services.edit_call import EditCall
from chalicelib.core.errors import Forbidden, NotFound, PreconditionFailed, PreconditionRequired
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.representations.represent import Representation, represent
from chalicelib.representations.stored import StoredCall
from tests.unit.accounts.fake_authorise import FakeAuthorise
from tests.unit.cfp.builders import CLOSES, OPENS, stored_call
from tests.unit.orders.builders import clock_at

STAFF, REVIEWER, STRANGER = (Principal(name, "f") for name in ("staff", "reviewer", "stranger"))
FIELDS = CallFields(opens_at=moment(OPENS), closes_at=moment(CLOSES), announcement="<p>in</p><script>out</script>")
STORED = stored_call()
ANY = frozenset({"*"})


class World:
    """The service at second `now` over a call or none; another editor is faster if `lost`."""

    def __init__(self, call: StoredCall | None = None, *, now: float = OPENS, lost: bool = False) -> None:
        self.call, self.lost = call, lost
        self.puts: list[tuple[Representation, CallTimes, str | None, str]] = []
        self.deletes: list[tuple[str, str]] = []
        everything: Any = self
        stored: Any = SimpleNamespace(call_for_papers=lambda event_id, consistent: self.call if consistent else None)
        authorise: Any = FakeAuthorise(staff="coorganizer", reviewer="moderator")
        ids: Any = SimpleNamespace(new_id=lambda: "new")
        self.service = EditCall(everything, stored, authorise, clock_at(now), ids)

    def put(self, event_id: str, call: Representation, times: CallTimes, *, expected_tag: str | None, tag: str) -> None:
        if self.lost:
            raise PreconditionFailed
        self.puts.append((call, times, expected_tag, tag))

    def delete(self, event_id: str, *, expected_tag: str, tag: str) -> None:
        self.deletes.append((expected_tag, tag))

    def put_call(
        self, match: frozenset[str] | None = None, *, caller: Principal = STAFF
    ) -> tuple[Representation, bool]:
        return self.service.put_call("E", FIELDS, caller=caller, match=match)


def made_at(now: float) -> Representation:
    fields = {"opens_at": moment(OPENS), "closes_at": moment(CLOSES), "announcement": "<p>in</p>"}
    return represent(CallForPapers(**fields, updated_at=moment(now)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "due"), [(OPENS - 50, {OPENS, CLOSES}), (OPENS + 50, {OPENS + 50, CLOSES}), (CLOSES, {CLOSES})]
)
def test_put_first_call_is_due_when_it_opens_or_at_once_and_when_it_closes(now: int, due: set[int]) -> None:
    world = World(now=now)
    assert world.put_call() == (made_at(now), True)
    assert world.puts == [(made_at(now), CallTimes(OPENS, CLOSES, due), None, "new")]


@pytest.mark.parametrize("match", [frozenset({STORED.etag}), ANY])
def test_put_changed_call_needs_the_tag_of_what_it_replaces(match: frozenset[str]) -> None:
    world = World(STORED)
    assert world.put_call(match) == (made_at(OPENS), False)
    assert [expected for _, _, expected, _ in world.puts] == [STORED.etag]


@pytest.mark.parametrize(
    ("call", "match", "error"),
    [
        (STORED, None, PreconditionRequired),
        (STORED, frozenset({"old"}), PreconditionFailed),
        (None, ANY, PreconditionFailed),
    ],
)
def test_put_call_of_a_version_nobody_saw_is_refused(
    call: StoredCall | None, match: frozenset[str] | None, error: type[Exception]
) -> None:
    world = World(call)
    with pytest.raises(error):
        world.put_call(match)
    assert world.puts == []


@pytest.mark.parametrize(
    ("call", "match", "error"), [(None, None, PreconditionRequired), (STORED, ANY, PreconditionFailed)]
)
def test_put_call_that_another_was_faster_with_is_refused(
    call: StoredCall | None, match: frozenset[str] | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        World(call, lost=True).put_call(match)


def test_create_call_where_there_is_one_is_refused_with_it() -> None:
    assert World().service.create_call("E", FIELDS, caller=STAFF) == made_at(OPENS)
    with pytest.raises(PreconditionFailed) as refused:
        World(STORED).service.create_call("E", FIELDS, caller=STAFF)
    assert (refused.value.etag, refused.value.body) == (STORED.etag, STORED.body)


def test_delete_call_needs_its_tag() -> None:
    world = World(STORED)
    with pytest.raises(PreconditionRequired):
        world.service.delete_call("E", caller=STAFF, match=None)
    with pytest.raises(PreconditionFailed):
        world.service.delete_call("E", caller=STAFF, match=frozenset({"old"}))
    assert world.deletes == []
    world.service.delete_call("E", caller=STAFF, match=frozenset({STORED.etag}))
    assert world.deletes == [(STORED.etag, "new")]


def test_delete_call_where_there_is_none_is_not_found() -> None:
    with pytest.raises(NotFound):
        World().service.delete_call("E", caller=STAFF, match=ANY)


@pytest.mark.parametrize(("caller", "error"), [(REVIEWER, Forbidden), (STRANGER, NotFound)])
def test_edit_call_by_who_may_not_is_refused(caller: Principal, error: type[Exception]) -> None:
    service = World(STORED).service
    with pytest.raises(error):
        service.put_call("E", FIELDS, caller=caller, match=ANY)
    with pytest.raises(error):
        service.create_call("E", FIELDS, caller=caller)
    with pytest.raises(error):
        service.delete_call("E", caller=caller, match=ANY)

"""What a write of an event writes, refuses and tries again."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.content.domain.event import EventFields, EventState
from chalicelib.content.services.edit_events import EditEvents, slug_of
from chalicelib.content.services.edit_programme import TRIES
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
from chalicelib.core.permissions import Action
from chalicelib.core.preconditions import ANY, Match
from chalicelib.core.principal import Principal
from chalicelib.representations.stored import StoredCall
from tests.unit.content.builders import EVENT, RecordedProgramme, resource, stored
from tests.unit.orders.builders import MOMENT, clock_at
from tests.unit.website.builders import at, event, ident

STAFF = Principal("staff", "f")
NEW = "01HZZZZZZZZZZZZZZZZZABCDEF"
NOW = int(MOMENT.timestamp())
KEPT, DRAFT = event(), event(state=EventState.DRAFT)
EVERY = frozenset({ANY})
TAKEN = AlreadyExists("taken", code="slug_taken")


class World:
    """The service over one event. Its call for papers opens at `call_opens_at`."""

    def __init__(
        self,
        kept: Any = KEPT,
        *failures: Exception,
        verified: bool = True,
        on_sale: tuple[str, ...] = (),
        call_opens_at: int | None = None,
        refuses: Exception | None = None,
    ) -> None:
        self.store: Any = RecordedProgramme(*([kept] if kept else []), failures=failures)
        self.refuses, self.asked = refuses, list[Any]()
        call = None if call_opens_at is None else StoredCall("tag", "{}", call_opens_at, NOW + 9_000, published=False)
        parts: dict[str, Any] = {
            "accounts": SimpleNamespace(is_verified=lambda user_id: verified),
            "roles": SimpleNamespace(list_event_ids=lambda user_id: [EVENT, ident(2)]),
            "on_sale": lambda event_id: list(on_sale),
            "stored": SimpleNamespace(call_for_papers=lambda event_id, consistent: call),
            "authorise": self,
            "ids": SimpleNamespace(new_id=lambda: "fresh tag"),
        }
        self.service = EditEvents(events=self.store, programme=self.store, clock=clock_at(MOMENT.timestamp()), **parts)

    def require(self, caller: Principal, event_id: str, action: Action) -> None:
        self.asked.append(action)
        if self.refuses:
            raise self.refuses

    def create(self, **fields: Any) -> Any:
        given = {"name": "PyDays 2027", "starts_at": at("2027-06-11T07:00"), "ends_at": at("2027-06-12T07:00")}
        return self.service.create_event(EventFields(**{**given, **fields}), caller=STAFF, new_id=NEW)

    def update(self, patch: object, match: Match = EVERY) -> Any:
        return self.service.update_event(EVENT, patch, caller=STAFF, match=match)

    def delete(self, match: Match = EVERY) -> None:
        self.service.delete_event(EVENT, caller=STAFF, match=match)

    @property
    def written(self) -> tuple[Any, dict[str, Any]]:
        """What the one write wrote, and its terms."""
        ((change, terms),) = self.store.writes
        return resource(change), terms


def test_create_writes_clean_fields_of_now_with_a_slug_of_the_name_and_its_owner() -> None:
    world = World()
    made = world.create(description="x<script>y</script>")
    part, terms = world.written
    assert (part.id, part.slug, part.description, part.created_at) == (NEW, "pydays-2027", "x", MOMENT)
    assert terms == {"slug": "pydays-2027", "owner_id": "staff", "now": NOW, "tag": "fresh tag"}
    assert made.body == stored(part).body


def test_create_with_a_slug_of_its_own_keeps_that() -> None:
    world = World()
    world.create(slug="my-days")
    assert (world.written[0].slug, world.written[1]["slug"]) == ("my-days", "my-days")


def test_create_with_a_name_that_is_taken_adds_the_end_of_its_id() -> None:
    world = World(None, TAKEN)
    world.create()
    assert (world.written[0].slug, world.written[1]["slug"]) == ("pydays-2027-abcdef", "pydays-2027-abcdef")


def test_create_with_a_chosen_slug_that_is_taken_is_refused() -> None:
    world = World(None, TAKEN)
    with pytest.raises(AlreadyExists) as refusal:
        world.create(slug="my-days")
    assert (refusal.value.code, world.store.writes) == ("slug_taken", [])


def test_create_again_answers_with_what_the_first_request_made() -> None:
    first = event(id=NEW)
    world = World(first, AlreadyExists("there"))
    made = world.create()
    assert (made.etag, made.body, world.store.writes) == (stored(first).etag, stored(first).body, [])


@pytest.mark.parametrize(("state", "is_refused"), [(EventState.PUBLISHED, True), (EventState.DRAFT, False)])
def test_create_published_before_the_address_is_proven_is_refused(state: EventState, is_refused: bool) -> None:
    world = World(verified=False)
    if is_refused:
        with pytest.raises(Forbidden) as refusal:
            world.create(state=state)
        assert refusal.value.code == "unverified"
    else:
        world.create(state=state)
    assert len(world.store.writes) == int(not is_refused)


def test_update_writes_the_patch_over_what_was_read_under_its_tag() -> None:
    world = World()
    made = world.update({"name": "New", "description": "x<script>y</script>"}, frozenset({stored(KEPT).etag}))
    part, terms = world.written
    assert part == replace(KEPT, name="New", description="x", updated_at=MOMENT)
    assert terms == {
        "expected_tag": stored(KEPT).etag,
        "slug": "alpine",
        "old_slug": "alpine",
        "was_public": True,
        "tag": "fresh tag",
        "call_due_at": None,
    }
    assert (made.etag, world.asked) == (stored(part).etag, [Action.EDIT_EVENT])


@pytest.mark.parametrize(("slug", "kept"), [("other", "other"), (None, "alpine")])
def test_update_of_the_slug_moves_it_and_none_keeps_it(slug: str | None, kept: str) -> None:
    world = World()
    world.update({"slug": slug})
    part, terms = world.written
    assert (part.slug, terms["slug"], terms["old_slug"]) == (kept, kept, "alpine")


def test_update_that_publishes_before_the_address_is_proven_is_refused() -> None:
    world = World(DRAFT, verified=False)
    with pytest.raises(Forbidden) as refusal:
        world.update({"state": "published"})
    assert (refusal.value.code, world.store.writes) == ("unverified", [])


def test_update_of_a_published_event_asks_for_no_proven_address_again() -> None:
    world = World(verified=False)
    world.update({"name": "New"})
    assert len(world.store.writes) == 1


@pytest.mark.parametrize(("patch", "is_refused"), [({"currency": "EUR"}, True), ({"currency": "CHF"}, False)])
def test_update_of_the_currency_while_there_are_ticket_types_is_refused(
    patch: dict[str, str], is_refused: bool
) -> None:
    world = World(on_sale=("T",))
    if is_refused:
        with pytest.raises(InvalidInput) as refusal:
            world.update(patch)
        assert refusal.value.violations == [Violation("/currency", "stays as long as there are ticket types")]
    else:
        world.update(patch)
    assert len(world.store.writes) == int(not is_refused)


def test_update_of_the_currency_before_there_are_ticket_types_is_written() -> None:
    world = World()
    world.update({"currency": "EUR"})
    assert world.written[0].currency == "EUR"


@pytest.mark.parametrize(
    ("kept", "state", "opens_at", "due_at"),
    [
        (DRAFT, "published", NOW + 60, NOW + 60),
        (DRAFT, "published", NOW - 60, NOW),
        (DRAFT, "published", None, None),
        (DRAFT, "draft", NOW - 60, None),
        (KEPT, "published", NOW - 60, None),
        (KEPT, "archived", NOW - 60, None),
    ],
    ids=["opens later", "open", "no call", "stays hidden", "public before", "archived"],
)
def test_update_that_makes_an_event_public_says_when_its_call_is_due(
    kept: Any, state: str, opens_at: int | None, due_at: int | None
) -> None:
    world = World(kept, call_opens_at=opens_at)
    world.update({"state": state})
    assert (world.written[1]["call_due_at"], world.written[1]["was_public"]) == (due_at, kept is KEPT)


def test_update_that_breaks_a_rule_writes_nothing() -> None:
    world = World()
    with pytest.raises(InvalidInput) as refusal:
        world.update({"ends_at": "2027-06-01T00:00:00Z"})
    assert ([one.pointer for one in refusal.value.violations], world.store.writes) == (["/ends_at"], [])


def test_update_of_one_version_that_is_overtaken_is_refused_at_once() -> None:
    world = World(KEPT, PreconditionFailed())
    with pytest.raises(PreconditionFailed):
        world.update({}, frozenset({stored(KEPT).etag}))
    assert world.store.loads == 1


def test_update_of_whatever_there_is_that_is_overtaken_looks_again_and_gives_up_in_the_end() -> None:
    world = World(KEPT, *[PreconditionFailed()] * (TRIES - 1))
    world.update({})
    assert (world.store.loads, len(world.store.writes)) == (TRIES, 1)
    with pytest.raises(Busy):
        World(KEPT, *[PreconditionFailed()] * TRIES).update({})


@pytest.mark.parametrize(("match", "error"), [(None, PreconditionRequired), (frozenset({"old"}), PreconditionFailed)])
def test_update_and_delete_of_another_version_are_refused(match: Match, error: type[Exception]) -> None:
    world = World()
    with pytest.raises(error):
        world.update({}, match)
    with pytest.raises(error):
        world.delete(match)
    assert world.store.writes == []


def test_update_and_delete_what_is_gone_are_not_found() -> None:
    with pytest.raises(NotFound):
        World(None).update({})
    with pytest.raises(NotFound):
        World(None).delete()


def test_delete_frees_the_slug_under_the_tag_that_was_read() -> None:
    world = World()
    world.delete()
    assert world.store.writes == [(EVENT, {"slug": "alpine", "expected_tag": stored(KEPT).etag, "tag": "fresh tag"})]
    assert world.asked == [Action.DELETE_EVENT]


def test_delete_while_there_are_ticket_types_is_refused_and_says_which() -> None:
    world = World(on_sale=("T1", "T2"))
    with pytest.raises(StillReferenced) as refusal:
        world.delete()
    assert (refusal.value.extra, world.store.writes) == ({"referrers": ["T1", "T2"]}, [])


def test_delete_that_is_overtaken_looks_again() -> None:
    world = World(KEPT, PreconditionFailed())
    world.delete()
    assert (world.store.loads, len(world.store.writes)) == (2, 1)


def test_write_by_whoever_may_not_edit_is_refused_before_anything_is_read() -> None:
    world = World(refuses=Forbidden("no"))
    with pytest.raises(Forbidden):
        world.update({})
    with pytest.raises(Forbidden):
        world.delete()
    assert (world.store.loads, world.store.writes) == (0, [])


def test_list_own_gives_what_is_stored_and_passes_over_what_is_gone() -> None:
    found = World().service.list_own(STAFF)
    assert found.load() == (found.tag, f'{{"items":[{stored(KEPT).body}],"next_cursor":null}}')
    assert World(replace(KEPT, name="New")).service.list_own(STAFF).tag != found.tag


def test_find_the_slug_of_an_event_without_one_is_refused() -> None:
    assert slug_of(KEPT) == "alpine"
    with pytest.raises(InvalidInput) as refusal:
        slug_of(replace(KEPT, slug=None))
    assert refusal.value.violations == [Violation("/slug", "is missing")]

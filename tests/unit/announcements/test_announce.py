"""What staff may announce, what is kept of it, and what they read of it."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.announcements.domain.announcement import (
    MAX_MESSAGE,
    MOST_A_DAY,
    AnnouncementCounts,
    AnnouncementForm,
    Audience,
    Dispatch,
    Stage,
)
from chalicelib.announcements.ports import TooMany
from chalicelib.announcements.services.announce import Announce, scope
from chalicelib.core.errors import Forbidden, InvalidInput, NotFound, TooManyAttempts, Violation
from chalicelib.core.pagination import Page, parse_page
from chalicelib.core.permissions import Action
from chalicelib.core.principal import Principal
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.representations.stored import StoredItem
from tests.unit.announcements.builders import EVERYBODY, dispatch
from tests.unit.orders.builders import MOMENT, clock_at

HOUR = 3_600
NOW = MOMENT.timestamp() + 22 * HOUR
KEY = b"k" * 32
STAFF = Principal("staff", "f")
ID = "01HZZZZZZZZZZZZZZZZZZZ0001"


class FakeAnnouncements:
    """Port `Announcements` in memory. `answer` is what becomes of the next one."""

    def __init__(self, kept: list[Dispatch], answer: bool | Exception) -> None:
        self.kept, self.answer = kept, answer
        self.created: list[tuple[Dispatch, str, int]] = []

    def create(self, dispatch: Dispatch, *, day: str, most: int) -> bool:
        if isinstance(self.answer, Exception):
            raise self.answer
        self.created.append((dispatch, day, most))
        return self.answer

    def load(self, event_id: str, announcement_id: str) -> Dispatch | None:
        return next((one for one in self.kept if one.id == announcement_id), None)

    def load_newest(self, event_id: str, page: Page) -> list[Dispatch]:
        return self.kept[: page.limit + 1]


class World:
    """The service over these announcements, of an event with two ticket types."""

    def __init__(
        self,
        *kept: Dispatch,
        answer: bool | Exception = True,
        event: bool = True,
        refuses: Exception | None = None,
    ) -> None:
        self.announcements: Any = FakeAnnouncements(list(kept), answer)
        self.asked: list[Any] = []
        self.refuses = refuses
        item = StoredItem("tag", '{"name": "PyDays"}', 1) if event else None
        types = [SimpleNamespace(id="T1"), SimpleNamespace(id="T2")]
        parts: dict[str, Any] = {
            "representations": SimpleNamespace(event=lambda event_id, view: item),
            "sales": SimpleNamespace(load_ticket_types=lambda event_id, consistent: types),
            "authorise": self,
        }
        self.service = Announce(announcements=self.announcements, clock=clock_at(NOW + 0.5), key=lambda: KEY, **parts)

    def require(self, caller: Principal, event_id: str, action: Action) -> None:
        self.asked.append((caller, event_id, action))
        if self.refuses:
            raise self.refuses

    def create(self, **fields: Any) -> dict[str, Any]:
        form = AnnouncementForm(**{"title": "Doors", "message": "<p>Hi</p>", "audience": EVERYBODY, **fields})
        made: dict[str, Any] = json.loads(self.service.create_announcement("E", form, caller=STAFF, new_id=ID).body)
        return made

    def violations(self, **fields: Any) -> list[Violation]:
        with pytest.raises(InvalidInput) as refusal:
            self.create(**fields)
        assert self.announcements.created == []
        return refusal.value.violations


def test_create_keeps_what_is_to_be_sent_and_counts_it_on_its_day() -> None:
    world = World()
    made = world.create(title=" Doors \t open ", message="  <p>Hi <script>x</script></p> ")
    ((kept, day, most),) = world.announcements.created
    assert kept == Dispatch(ID, "E", "PyDays", "Doors open", "<p>Hi </p>", EVERYBODY, "staff", int(NOW))
    assert (day, most) == ("2030-01-01", MOST_A_DAY)
    assert (made["id"], made["state"], made["message"]) == (ID, "sending", "<p>Hi </p>")
    assert world.asked == [(STAFF, "E", Action.ANNOUNCE)]


def test_create_again_shows_what_the_first_request_kept() -> None:
    world = World(dispatch(id=ID, title="First", stage=Stage.DONE), answer=False)
    made = world.create(title="Second")
    assert (made["title"], made["state"]) == ("First", "sent")


def test_create_one_too_many_a_day_is_refused_until_midnight() -> None:
    with pytest.raises(TooManyAttempts) as refusal:
        World(answer=TooMany()).create()
    assert (refusal.value.code, refusal.value.retry_after) == ("too_many_announcements", 2 * HOUR)


def test_create_for_ticket_types_of_the_event_is_kept() -> None:
    world = World()
    world.create(audience=Audience(attendees=True, ticket_type_ids=["T2", "T1"]))
    assert len(world.announcements.created) == 1


def test_create_for_other_ticket_types_points_at_each() -> None:
    assert World().violations(audience=Audience(attendees=True, ticket_type_ids=["X", "T1", "Y"])) == [
        Violation("/audience/ticket_type_ids/0", "is no ticket type of this event"),
        Violation("/audience/ticket_type_ids/2", "is no ticket type of this event"),
    ]


def test_create_a_message_without_words_is_refused() -> None:
    assert World().violations(message="<p><script>x</script></p>") == [Violation("/message", "must have words in it")]


def test_create_a_message_that_is_too_long_is_refused() -> None:
    World().create(message="x" * MAX_MESSAGE)
    assert World().violations(message="x" * (MAX_MESSAGE + 1)) == [
        Violation("/message", f"may have at most {MAX_MESSAGE} characters")
    ]


def test_create_for_an_event_that_is_gone_is_not_found() -> None:
    world = World(event=False)
    with pytest.raises(NotFound):
        world.create()
    assert world.announcements.created == []


def test_create_read_and_list_are_refused_to_whoever_may_not_announce() -> None:
    world = World(dispatch(id=ID), refuses=Forbidden("no"))
    with pytest.raises(Forbidden):
        world.create()
    with pytest.raises(Forbidden):
        world.service.read_announcement("E", ID, caller=STAFF)
    with pytest.raises(Forbidden):
        world.service.list_announcements("E", Page(), caller=STAFF)
    assert (world.announcements.created, world.asked) == ([], [(STAFF, "E", Action.ANNOUNCE)] * 3)


def test_read_an_announcement_says_how_far_it_is() -> None:
    counts = AnnouncementCounts(recipients=3, delivered=2, mailed=1)
    stored = dispatch(id=ID, stage=Stage.DONE, counts=counts, created_at=0, finished_at=60)
    shown = json.loads(World(stored).service.read_announcement("E", ID, caller=STAFF).load()[1])
    assert (shown["state"], shown["counts"]) == ("sent", {"recipients": 3, "delivered": 2, "mailed": 1})
    assert (shown["created_at"], shown["finished_at"]) == ("1970-01-01T00:00:00Z", "1970-01-01T00:01:00Z")


@pytest.mark.parametrize(
    ("kept", "id"),
    [
        (dispatch(id=ID), ID[:-1] + "9"),
        (dispatch(id="A"), "A"),
        (dispatch(id=ID, action=NotificationAction.CALL_FOR_PAPERS_OPEN), ID),
    ],
    ids=["another", "no id", "one that nobody wrote"],
)
def test_read_what_is_no_announcement_is_not_found(kept: Dispatch, id: str) -> None:
    with pytest.raises(NotFound):
        World(kept).service.read_announcement("E", id, caller=STAFF)


def test_list_a_page_has_a_cursor_behind_its_last_only_where_there_are_more() -> None:
    world = World(dispatch(id="3"), dispatch(id="2"), dispatch(id="1"))
    shown = json.loads(world.service.list_announcements("E", Page(2), caller=STAFF).load()[1])
    assert [one["id"] for one in shown["items"]] == ["3", "2"]
    behind = parse_page({"cursor": shown["next_cursor"]}, scope=scope("E"), key=lambda: KEY)
    assert behind.after == "2"
    shown = json.loads(world.service.list_announcements("E", Page(3), caller=STAFF).load()[1])
    assert ([one["id"] for one in shown["items"]], shown["next_cursor"]) == (["3", "2", "1"], None)

"""Watching an event over a socket: who may, what they are told when its lists change, and when it ends."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import bootstrap, reactions
from chalicelib.core.ids import make_ulid
from chalicelib.core.kinds import View
from chalicelib.live.domain import machine
from chalicelib.triggers import sockets, streams
from local.dynamodb.database_server import DatabaseEndpoint
from tests.conftest import verified
from tests.functional.builders import make, make_event
from tests.harness.environment import PREFIX
from tests.integration.conftest import FakeClock, FakePusher, Person, connect
from tests.integration.live.test_sockets import event as socket_event
from tests.integration.live.test_sockets import say

NOTHING_FAILED: dict[str, list[Any]] = {"batchItemFailures": []}
TALK = {"title": "A talk", "state": "accepted"}


class Stage:
    """An event of Ada's and the content stream as it goes on."""

    def __init__(self, database: DatabaseEndpoint, host: Person, event_id: str) -> None:
        self._streams = database.database.streams
        self._seen = 0
        self.host, self.id = host, event_id
        self.news()

    def news(self) -> list[dict[str, Any]]:
        """What the content stream has told since this was last asked."""
        found = self._streams.read(f"{PREFIX}content", self._seen, 10_000, 0)
        self._seen = found[-1].sequence if found else self._seen
        return [json.loads(record.json) for record in found]

    def react(self) -> Any:
        """Hand the news to the reactions."""
        return streams.react({"Records": self.news()}, reactions.CONTENT)

    def patch(self, **fields: Any) -> None:
        """Change the event."""
        assert self.host.client.patch(f"/v1/events/{self.id}", fields, if_match="*").status == 200


@pytest.fixture
def stage(database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher) -> Stage:
    verified(ada.client)
    return Stage(database, ada, make_event(ada.client, state="published").json["id"])


def watch(stage: Stage, services: bootstrap.Services, watcher: Person, pusher: FakePusher) -> str:
    """Open a socket that watches the event; its id. What was answered is taken away."""
    (id,) = connect(services, watcher)
    say(id, {"action": "watch", "event_id": stage.id})
    assert [frame["meta"] for frame in pusher.sent.pop(id)] == ["Watching"]
    return id


def changed(stage: Stage, name: str, version: int) -> dict[str, Any]:
    return {"meta": "Changed", "event_id": stage.id, "list": name, "version": version}


def watchers(stage: Stage) -> list[str]:
    """Connections that stand in the index of who watches."""
    from chalicelib.live.adapters.watches import DynamoWatches

    return [one.connection.id for one in DynamoWatches().load_watched(stage.id).watchers]


def watched_by(connection_id: str) -> set[str]:
    """Events that a connection counts as watched."""
    from chalicelib.live.adapters import keys as connection_keys
    from chalicelib.live.adapters.items import OwnerItem

    return set(OwnerItem.get(*connection_keys.connection_owner(connection_id), consistent_read=True).watches or ())


def grant(user_id: str, event_id: str, role: str | None) -> None:
    """Give somebody a role, or take it away."""
    from chalicelib.accounts.adapters.items import RoleItem
    from chalicelib.aws import dynamo_keys as keys

    for key in (keys.role_of_user(user_id, event_id), keys.role_in_event(event_id, user_id)):
        if role is None:
            RoleItem(*key).delete()
        else:
            RoleItem(*key, role=role, granted_at=1).save()


def test_watch_of_public_event_says_how_its_lists_stand(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    make(stage.host.client, stage.id, "sessions", **TALK)
    make(stage.host.client, stage.id, "sessions", title="A draft")
    visitor, host = connect(services, person())[0], connect(services, stage.host)[0]
    for id in (visitor, host):
        say(id, {"action": "watch", "event_id": stage.id})
    of_nothing = {"events": 1, "microlocations": 0, "speakers": 0, "sponsors": 0, "tracks": 0}
    for id, sessions in ((visitor, 1), (host, 2)):
        versions = {**of_nothing, "sessions": sessions}
        assert pusher.sent[id] == [{"meta": "Watching", "event_id": stage.id, "versions": versions}]
    assert sorted(watchers(stage)) == sorted([visitor, host])


def test_watcher_that_could_not_be_reached_is_closed_so_that_it_comes_back(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    failing, well = (watch(stage, services, person(), pusher) for _ in range(2))
    pusher.failing.add(failing)
    make(stage.host.client, stage.id, "sessions", **TALK)
    assert stage.react() == NOTHING_FAILED
    assert (pusher.closed, watchers(stage)) == ([failing], [well])
    assert pusher.sent == {well: [changed(stage, "sessions", 1)]}


def test_watch_of_foreign_draft_is_refused_like_one_that_does_not_exist(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    stage.patch(state="draft")
    (id,) = connect(services, person())
    nowhere = make_ulid(1, b"0123456789")
    for event_id in (stage.id, nowhere):
        say(id, {"action": "watch", "event_id": event_id})
    foreign, missing = pusher.sent[id]
    assert foreign == {"meta": "error", "code": "not_found", "detail": "There is nothing here.", "event_id": stage.id}
    assert {**missing, "event_id": stage.id} == foreign
    assert (watchers(stage), watched_by(id)) == ([], set())


def test_change_is_told_once_a_list_with_its_newest_version(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    visitor, host = (watch(stage, services, one, pusher) for one in (person(), stage.host))
    for title in ("One", "Two"):
        make(stage.host.client, stage.id, "sessions", title=title, state="accepted")
    make(stage.host.client, stage.id, "tracks", name="Core")
    make(stage.host.client, stage.id, "sessions", title="A draft")
    assert stage.react() == NOTHING_FAILED
    tracks = changed(stage, "tracks", 1)
    assert pusher.sent == {
        visitor: [changed(stage, "sessions", 2), tracks],
        host: [changed(stage, "sessions", 3), tracks],
    }


def test_change_that_only_staff_see_is_not_hinted_at(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    watch(stage, services, person(), pusher)
    make(stage.host.client, stage.id, "sessions", title="A draft")
    assert stage.react() == NOTHING_FAILED
    assert pusher.sent == {}


def test_change_told_before_is_not_told_again(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    visitor = watch(stage, services, person(), pusher)
    make(stage.host.client, stage.id, "sessions", **TALK)
    batch = {"Records": stage.news()}
    streams.react(batch, reactions.CONTENT)
    streams.react(batch, reactions.CONTENT)
    make(stage.host.client, stage.id, "tracks", name="Core")
    stage.react()
    assert pusher.sent[visitor] == [changed(stage, "sessions", 1), changed(stage, "tracks", 1)]


def test_change_under_way_when_somebody_new_watches_reaches_who_watched_before(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    first = watch(stage, services, person(), pusher)
    make(stage.host.client, stage.id, "sessions", **TALK)
    second = watch(stage, services, person(), pusher)
    stage.react()
    assert pusher.sent == {first: [changed(stage, "sessions", 1)]}
    make(stage.host.client, stage.id, "sessions", **TALK)
    stage.react()
    assert pusher.sent[first][1:] == pusher.sent[second] == [changed(stage, "sessions", 2)]


def test_change_while_nobody_watched_is_not_news_to_who_comes_later(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    early = watch(stage, services, person(), pusher)
    make(stage.host.client, stage.id, "tracks", name="Core")
    stage.react()
    sockets.disconnect(socket_event(early))
    make(stage.host.client, stage.id, "sessions", **TALK)
    stage.react()
    pusher.sent.clear()
    late = watch(stage, services, person(), pusher)
    make(stage.host.client, stage.id, "sponsors", name="ACME")
    stage.react()
    assert pusher.sent == {late: [changed(stage, "sponsors", 1)]}


def test_change_between_reading_the_counters_and_watching_is_in_the_answer(
    *,
    stage: Stage,
    services: bootstrap.Services,
    person: Callable[[], Person],
    pusher: FakePusher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from chalicelib.live.adapters.watches import DynamoWatches

    keep = DynamoWatches.keep

    def late(self: DynamoWatches, *arguments: Any, **named: Any) -> bool:
        make(stage.host.client, stage.id, "sessions", **TALK)
        stage.react()
        return keep(self, *arguments, **named)

    monkeypatch.setattr(DynamoWatches, "keep", late)
    (id,) = connect(services, person())
    say(id, {"action": "watch", "event_id": stage.id})
    assert [frame["versions"]["sessions"] for frame in pusher.sent[id]] == [1]


def test_event_changed_by_nobody_watched_costs_one_query(
    stage: Stage, services: bootstrap.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(stage.host.client, stage.id, "sessions", **TALK)
    monkeypatch.setattr(services.live.watched_events, "load_versions", None)
    assert stage.react() == NOTHING_FAILED


def test_unwatch_ends_it_and_says_so(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    id = watch(stage, services, person(), pusher)
    for _ in range(2):
        say(id, {"action": "unwatch", "event_id": stage.id})
        assert pusher.sent.pop(id) == [{"meta": "Unwatched", "event_id": stage.id}]
    assert (watchers(stage), watched_by(id)) == ([], set())
    make(stage.host.client, stage.id, "sessions", **TALK)
    stage.react()
    assert pusher.sent == {}


def test_disconnect_takes_its_watches_along(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    gone, stays = (watch(stage, services, person(), pusher) for _ in range(2))
    assert sockets.disconnect(socket_event(gone)) == {"statusCode": 200}
    assert watchers(stage) == [stays]


def test_watch_raced_by_disconnect_leaves_nothing(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    for _ in range(15):
        (id,) = connect(services, person())
        start = threading.Barrier(2)

        def act(work: Callable[[], Any], start: threading.Barrier = start) -> None:
            start.wait()
            work()

        frame = {"action": "watch", "event_id": stage.id}
        with ThreadPoolExecutor(2) as threads:
            works = [lambda id=id, frame=frame: say(id, frame), lambda id=id: sockets.disconnect(socket_event(id))]
            list(threads.map(act, works))
        assert watchers(stage) == []


def test_push_to_a_watcher_that_is_gone_forgets_all_of_it(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    gone, stays = (watch(stage, services, person(), pusher) for _ in range(2))
    pusher.gone = {gone}
    make(stage.host.client, stage.id, "sessions", **TALK)
    assert stage.react() == NOTHING_FAILED
    assert (list(pusher.sent), watchers(stage)) == ([stays], [stays])
    assert services.live.connection_store.find(gone) is None


def test_watches_of_racing_frames_are_all_kept_up_to_the_limit(
    stage: Stage, services: bootstrap.Services, pusher: FakePusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "MAX_WATCHES", 5)
    events = [stage.id, *(make_event(stage.host.client).json["id"] for _ in range(7))]
    (id,) = connect(services, stage.host)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda event_id: say(id, {"action": "watch", "event_id": event_id}), events))
    metas = sorted(frame.get("code", frame["meta"]) for frame in pusher.sent[id])
    assert metas == ["Watching"] * 5 + ["too_many_watches"] * 3
    told = {frame["event_id"] for frame in pusher.sent[id] if frame["meta"] == "Watching"}
    assert watched_by(id) == told


def test_unpublished_event_ends_watches_of_the_public_and_keeps_those_of_staff(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    visitor, host = (watch(stage, services, one, pusher) for one in (person(), stage.host))
    stage.patch(state="draft")
    assert stage.react() == NOTHING_FAILED
    assert pusher.sent == {
        visitor: [{"meta": "Unwatched", "event_id": stage.id}],
        host: [changed(stage, "events", 2)],
    }
    assert watchers(stage) == [host]


def test_event_deleted_ends_all_watches(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    ids = [watch(stage, services, one, pusher) for one in (person(), stage.host)]
    assert stage.host.client.delete(f"/v1/events/{stage.id}", if_match="*").status == 204
    assert stage.react() == NOTHING_FAILED
    assert pusher.sent == {id: [{"meta": "Unwatched", "event_id": stage.id}] for id in ids}
    assert watchers(stage) == []


def test_role_taken_away_silences_the_watch_of_a_draft(
    stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    stage.patch(state="draft")
    stage.react()
    helper = person()
    grant(helper.id, stage.id, "moderator")
    id = watch(stage, services, helper, pusher)
    make(stage.host.client, stage.id, "sessions", title="Secret")
    stage.react()
    assert pusher.sent.pop(id) == [changed(stage, "sessions", 1)]
    grant(helper.id, stage.id, None)
    for _ in range(2):
        make(stage.host.client, stage.id, "sessions", title="Secret")
        stage.react()
    assert pusher.sent == {id: [{"meta": "Unwatched", "event_id": stage.id}]}
    assert (watchers(stage), watched_by(id)) == ([], set())


@pytest.mark.parametrize("waited", [0, 1, 20, 60])
def test_sign_in_ended_silences_and_closes_whatever_the_process_remembers(
    *,
    clock: FakeClock,
    stage: Stage,
    services: bootstrap.Services,
    person: Callable[[], Person],
    pusher: FakePusher,
    waited: int,
) -> None:
    from chalicelib.accounts.adapters.sign_ins import DynamoSignIns

    visitor = person()
    id = watch(stage, services, visitor, pusher)
    make(stage.host.client, stage.id, "sessions", **TALK)
    stage.react()
    assert pusher.sent.pop(id) == [changed(stage, "sessions", 1)]
    DynamoSignIns().end_sign_in(visitor.principal.sign_in_id)
    clock.time += waited
    make(stage.host.client, stage.id, "sessions", **TALK)
    stage.react()
    assert (pusher.sent, pusher.closed, watchers(stage)) == ({}, [id], [])


def test_watch_past_its_life_is_told_nothing(
    clock: FakeClock, stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    id = watch(stage, services, person(), pusher)
    make(stage.host.client, stage.id, "sessions", **TALK)
    clock.time += 2 * 3600 + 600
    stage.react()
    assert (pusher.sent, pusher.closed, watchers(stage)) == ({}, [id], [])


def test_watch_and_what_was_told_carry_their_end_of_life(
    clock: FakeClock, stage: Stage, services: bootstrap.Services, person: Callable[[], Person], pusher: FakePusher
) -> None:
    from chalicelib.aws.dynamo_tables import ConnectionsTable
    from chalicelib.live.adapters import keys as connection_keys

    watch(stage, services, person(), pusher)
    make(stage.host.client, stage.id, "sessions", **TALK)
    stage.react()
    found = list(ConnectionsTable.query(connection_keys.told_watchers(stage.id)[0]))
    assert [int(item.expires_at) for item in found] == [int(clock.time) + 2 * 3600 + 600] * 2


def test_sight_of_staff_is_everything(stage: Stage, services: bootstrap.Services, person: Callable[[], Person]) -> None:
    registrar, nobody = person(), person()
    grant(registrar.id, stage.id, "registrar")
    see = services.live.watch_event.find_view
    assert [see(one.id, stage.id) for one in (stage.host, registrar, nobody)] == [View.ALL, View.ALL, View.PUBLIC]

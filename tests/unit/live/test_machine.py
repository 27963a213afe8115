"""The socket protocol's state machine: single turns, and any sequence of frames."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.errors import Conflict, MalformedRequest, TooManyAttempts
from chalicelib.core.ids import make_ulid
from chalicelib.core.kinds import View
from chalicelib.live.domain import machine
from chalicelib.live.domain.frames import error_frame
from chalicelib.live.domain.listening import Listening, Window
from chalicelib.live.domain.machine import Drop, Greet, Keep, Look, Refuse, Say, Turn
from chalicelib.live.domain.parse_frame import Unwatch, Watch

NOW = 1_800_000_000
EVENTS = [make_ulid(n, b"0123456789") for n in range(25)]
EVENT = EVENTS[0]


def said(effect: Any) -> Any:
    """What a frame tells."""
    assert isinstance(effect, Say)
    return json.loads(effect.frame)


def hear(state: Listening, text: str | None, now: int = NOW) -> Turn:
    """A frame is paid for, as the store does it, and answered."""
    asked = machine.read(text)
    return machine.turn(state._replace(spent=state.spent + machine.cost(asked)), asked, now=now)


def frame(action: str, **more: Any) -> str:
    return json.dumps({"action": action, **more})


def test_hear_hello_greets_and_costs_ten() -> None:
    after = hear(Listening(), frame("hello", since=EVENT, recent=[EVENT]))
    assert after == Turn(Listening(spent=10), (Greet(EVENT, frozenset({EVENT})),))


def test_hear_ping_is_answered_at_once() -> None:
    state, (effect,) = hear(Listening(), frame("ping"))
    assert (state, said(effect)) == (Listening(spent=1), {"meta": "pong"})


@pytest.mark.parametrize(
    ("text", "code"), [(None, "malformed_frame"), ("{", "malformed_frame"), ("{}", "unknown_action")]
)
def test_hear_nonsense_is_refused_and_costs_one(text: str | None, code: str) -> None:
    state, (effect,) = hear(Listening(), text)
    assert isinstance(effect, Refuse)
    assert isinstance(effect.error, MalformedRequest)
    assert (effect.error.code, state) == (code, Listening(spent=1))


def test_hear_watch_looks_first_and_watches_what_may_be_seen() -> None:
    state, effects = hear(Listening(), frame("watch", event_id=EVENT))
    assert (state.watches, effects) == (frozenset(), (Look(EVENT),))
    assert machine.looked(state, EVENT, View.PUBLIC) == Turn(
        Listening(frozenset({EVENT}), spent=2), (Keep(EVENT, View.PUBLIC),)
    )


def test_looked_at_nothing_is_not_found_and_ends_a_watch_there_was() -> None:
    (fresh,) = machine.looked(Listening(), EVENT, None).effects
    state, (drop, known) = machine.looked(Listening(frozenset({EVENT})), EVENT, None)
    assert (state.watches, drop) == (frozenset(), Drop(EVENT))
    assert said(fresh) == said(known)
    assert said(fresh) == {"meta": "error", "code": "not_found", "detail": "There is nothing here.", "event_id": EVENT}


def test_hear_watch_of_one_too_many_is_refused_and_of_a_known_one_is_not() -> None:
    full = Listening(frozenset(EVENTS[: machine.MAX_WATCHES]))
    state, (effect,) = hear(full, frame("watch", event_id=EVENTS[-1]))
    assert (said(effect)["code"], state.watches) == ("too_many_watches", full.watches)
    assert hear(full, frame("watch", event_id=EVENT)).effects == (Look(EVENT),)


def test_hear_unwatch_drops_whatever_there_is() -> None:
    state, (drop, answer) = hear(Listening(frozenset({EVENT})), frame("unwatch", event_id=EVENT))
    assert (state.watches, drop, said(answer)) == (frozenset(), Drop(EVENT), {"meta": "Unwatched", "event_id": EVENT})


@pytest.mark.parametrize(
    ("spent", "window", "now", "found"),
    [
        (119, Window(NOW, 0), NOW, Window(NOW, 0)),
        (120, Window(NOW, 0), NOW + 59, None),
        (120, Window(NOW, 0), NOW + 60, Window(NOW + 60, 120)),
        (1_000, Window(NOW, 880), NOW + 1, None),
        (1_999, Window(NOW, 1_900), NOW, Window(NOW, 1_900)),
        (2_000, Window(NOW, 1_999), NOW + 999, None),
    ],
)
def test_hear_more_than_allowed_is_refused_for_good_or_begins_a_window(
    spent: int, window: Window, now: int, found: Window | None
) -> None:
    state, (effect,) = hear(Listening(spent=spent, window=window), frame("ping"), now)
    if found is None:
        assert isinstance(effect, Refuse)
        assert isinstance(effect.error, TooManyAttempts)
    else:
        assert (state.window, said(effect)) == (found, {"meta": "pong"})


def test_too_many_watches_is_a_conflict() -> None:
    assert said(machine.too_many_watches(EVENT)) == json.loads(
        error_frame(Conflict("One connection may watch 20 events.", code="too_many_watches"), EVENT)
    )


event_ids = st.sampled_from(EVENTS)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20) | event_ids,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
well_formed = st.one_of(
    st.builds(lambda id: frame("watch", event_id=id), event_ids),
    st.builds(lambda id: frame("unwatch", event_id=id), event_ids),
    st.builds(lambda since, recent: frame("hello", since=since, recent=recent), event_ids, st.lists(event_ids)),
    st.just(frame("ping")),
)
hostile = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.builds(json.dumps, anything),
    st.builds(
        lambda action, more: json.dumps({**more, "action": action}),
        st.sampled_from(["hello", "watch", "unwatch", "ping", "", "__proto__"]) | anything,
        st.dictionaries(st.sampled_from(["since", "recent", "event_id", "x"]), anything, max_size=3),
    ),
    st.just("[" * 4_000),
    st.just("é" * 3_000),
)
steps = st.lists(st.tuples(well_formed | hostile, st.integers(0, 45)), max_size=120)


@settings(max_examples=300, deadline=None)
@given(steps, st.frozensets(event_ids))
def test_any_frames_never_raise_and_watch_exactly_what_was_asked(
    frames: list[tuple[str | None, int]], visible: frozenset[str]
) -> None:
    state, model, now = Listening(), set[str](), NOW
    paid: list[tuple[int, int]] = []
    for text, waited in frames:
        now += waited
        asked = machine.read(text)
        after = hear(state, text, now)
        if any(isinstance(one, Refuse) and isinstance(one.error, TooManyAttempts) for one in after.effects):
            break  # the connection is closed
        paid.append((now, machine.cost(asked)))
        state = after.state
        if after.effects and isinstance(after.effects[0], Look):
            event_id = after.effects[0].event_id
            state = machine.looked(state, event_id, View.PUBLIC if event_id in visible else None).state
        _follow(model, asked, visible)
        assert state.watches == model
        assert len(state.watches) <= machine.MAX_WATCHES
    assert state.spent == sum(cost for _, cost in paid) <= machine.MAX_FRAMES
    for at, _ in paid:
        in_a_minute = sum(cost for when, cost in paid if at <= when < at + machine.WINDOW_SECONDS)
        assert in_a_minute <= 2 * machine.MOST_IN_A_WINDOW


def _follow(model: set[str], asked: machine.Asked, visible: frozenset[str]) -> None:
    """What watching means, in terms of sets."""
    if not isinstance(asked, Watch | Unwatch):
        return
    if isinstance(asked, Unwatch) or asked.event_id not in visible:
        model.discard(asked.event_id)
    elif len(model) < machine.MAX_WATCHES:
        model.add(asked.event_id)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ping", "hello", "watch"]), st.integers(0, 3)), min_size=150, max_size=400))
def test_any_rush_of_frames_ends_within_twice_the_limit_of_a_minute(frames: list[tuple[str, int]]) -> None:
    state, now = Listening(), NOW
    paid: list[tuple[int, int]] = []
    for action, waited in frames:
        now += waited
        text = frame(action, event_id=EVENT) if action == "watch" else frame(action)
        after = hear(state, text, now)
        if isinstance(after.effects[0], Refuse):
            break
        paid.append((now, machine.cost(machine.read(text))))
        state = after.state
    for at, _ in paid:
        spent = sum(cost for when, cost in paid if at <= when < at + machine.WINDOW_SECONDS)
        assert spent <= 2 * machine.MOST_IN_A_WINDOW

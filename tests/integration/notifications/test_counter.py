"""The unread counter equals a recount after any sequence of actions."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import bootstrap
from chalicelib.core.principal import Principal
from chalicelib.notifications.services.mark_read import MarkRead
from tests.integration.conftest import receive, recount

STEPS = st.lists(
    st.tuples(st.sampled_from(["receive", "read", "unread", "read_all"]), st.integers(0, 7)), min_size=1, max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_counter_after_any_steps_equals_a_recount(services: bootstrap.Services, steps: list[tuple[str, int]]) -> None:
    caller = Principal(services.ids.new_id(), services.ids.new_id())
    ids: list[str] = []
    for step, number in steps:
        if step == "receive":
            ids += receive(caller.user_id, number % 3 + 1)
        else:
            take(services.notifications.mark_read, step, ids, number, caller)
        counted = services.notifications.read_inbox.count_unread(caller.user_id).load()[1]
        assert counted == f'{{"count":{recount(caller.user_id)[0]}}}'
        unread, marks = recount(caller.user_id)
        assert unread == marks


def take(acknowledging: MarkRead, step: str, ids: list[str], number: int, caller: Principal) -> None:
    if step == "read_all":
        acknowledging.mark_all_read(caller=caller)
    elif ids:
        chosen = ids[number % len(ids)]
        (acknowledging.mark_read if step == "read" else acknowledging.mark_unread)(chosen, caller=caller)

"""Every kind of notification has a readable name on every page that names kinds."""

from chalicelib.notifications.domain.notification import NotificationAction
from tests.harness.node import evaluate, needs_node

ACTIONS = sorted(action.value for action in NotificationAction)


@needs_node
def test_actions_name_every_action_and_no_other() -> None:
    assert evaluate("admin/notification-actions.ts", "Object.keys(module.ACTIONS).sort()", None) == ACTIONS


@needs_node
def test_name_of_every_action_is_no_raw_one() -> None:
    raw = [action.replace("_", " ") for action in ACTIONS]
    named = evaluate("account/preference-table.ts", "given.map((action) => module.nameOf(action))", ACTIONS)
    assert [name for name, bare in zip(named, raw, strict=True) if name == bare] == []

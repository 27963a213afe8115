"""Which notifications are grouped."""

from chalicelib.notifications.domain.notification import GROUPED_SECONDS, NotificationAction, group_key

SCHEDULE = NotificationAction.SESSION_SCHEDULE_CHANGED


def test_group_within_an_hour_of_one_event_and_action() -> None:
    first, last, next_hour = (group_key(SCHEDULE, "E", at) for at in (7_200, 10_799, 10_800))
    assert first == last == f"{SCHEDULE.value}.E.2"
    assert next_hour != first
    assert group_key(SCHEDULE, "F", 7_200) != first
    assert group_key(NotificationAction.SUBMISSION_RECEIVED, "E", 7_200) != first


def test_group_nothing_that_comes_alone() -> None:
    alone = set(NotificationAction) - set(GROUPED_SECONDS)
    assert NotificationAction.ORDER_PAID in alone
    assert {group_key(action, "E", 0) for action in alone} == {None}

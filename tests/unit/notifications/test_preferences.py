"""Notification preferences: defaults, fixed channels, and validation of a patch."""

import json
from typing import Any

import pytest

from chalicelib.core.errors import InvalidInput
from chalicelib.core.validation import merge
from chalicelib.notifications.domain import preferences as rules
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.domain.preference_form import chosen
from chalicelib.notifications.domain.preferences import (
    DEFAULTS,
    FIXED,
    WHY_MAILED,
    Address,
    MailChoice,
    Preferences,
    Quiet,
    Setting,
)
from chalicelib.texts import CATALOGUES, DEFAULT

NOTHING = Preferences({})
CHOSEN = Preferences(
    {"announcement": Setting(True, MailChoice.DIGEST, False)}, "Europe/Zurich", Quiet(22 * 60, 7 * 60), 18
)


def patched(patch: dict[str, Any], before: Preferences = NOTHING) -> Preferences:
    return chosen(merge(rules.editable(before), patch))


def refused(patch: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as problem:
        patched(patch)
    return [(one.pointer, one.detail) for one in problem.value.violations]


def test_every_action_has_a_default_and_a_name() -> None:
    actions = {action.value for action in NotificationAction}
    assert set(DEFAULTS) == actions | {rules.ACCOUNT}
    named = {name.removeprefix("topic.") for name in CATALOGUES[DEFAULT] if name.startswith("topic.")}
    assert named == set(DEFAULTS) | {rules.DIGEST}


def test_mails_that_nobody_can_refuse_are_mailed_by_default() -> None:
    assert {topic for topic in DEFAULTS if not rules.may_be_switched_off(topic)} == set(FIXED)
    assert {DEFAULTS[topic].mail for topic in FIXED} == {MailChoice.EACH}


def test_no_default_is_one_that_a_patch_could_not_say() -> None:
    assert patched({"actions": rules.editable(NOTHING)["actions"]}) == NOTHING


@pytest.mark.parametrize("preferences", [NOTHING, CHOSEN])
def test_read_gives_back_what_was_written(preferences: Preferences) -> None:
    assert rules.read(rules.write(preferences)) == preferences


def test_read_passes_over_topics_that_are_gone_and_choices_that_became_fixed() -> None:
    stored = json.loads(rules.write(CHOSEN))
    stored["actions"] |= {"gone": {"in_app": True, "mail": "off", "push": True}}
    stored["actions"] |= {"order_paid": {"in_app": False, "mail": "off", "push": True}}
    read = rules.read(json.dumps(stored))
    assert set(read.settings) == {"announcement", "order_paid"}
    assert read.setting("order_paid") == Setting(False, MailChoice.EACH, True)


def test_represent_shows_every_topic_what_is_fixed_and_the_address() -> None:
    tag, body = rules.represent(CHOSEN, Address("bounced", 1_800_000_000))
    shown = json.loads(body)
    assert set(shown["actions"]) == set(DEFAULTS)
    assert shown["actions"]["order_paid"] == {"in_app": True, "mail": "each", "push": True, "fixed": ["mail"]}
    assert shown["actions"]["announcement"] == {"in_app": True, "mail": "digest", "push": False, "fixed": []}
    assert shown["quiet_hours"] == {"from": "22:00", "to": "07:00"}
    assert shown["address"] == {"state": "bounced", "since": "2027-01-15T08:00:00Z"}
    assert tag != rules.represent(CHOSEN, Address())[0]


def test_patch_changes_what_it_names_and_null_goes_back_to_the_default() -> None:
    after = patched({"actions": {"order_expired": {"mail": "off"}}, "quiet_hours": None}, CHOSEN)
    assert after.settings == {**CHOSEN.settings, "order_expired": Setting(True, MailChoice.OFF, True)}
    assert (after.quiet, after.timezone, after.digest_hour) == (None, "Europe/Zurich", 18)
    assert patched({"actions": {"announcement": None}}, CHOSEN).settings == {}


def test_patch_of_what_is_fixed_is_refused_with_the_reason() -> None:
    patch = {"actions": {"order_paid": {"mail": "off", "push": False}, "account": {"in_app": True}}}
    assert refused(patch) == [("/actions/order_paid/mail", WHY_MAILED), ("/actions/account/in_app", WHY_MAILED)]


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"actions": {"nonsense": {"mail": "off"}}}, "/actions/nonsense"),
        ({"actions": {"a/b~c": {"mail": "off"}}}, "/actions/a~1b~0c"),
        ({"actions": {"announcement": {"mail": "weekly"}}}, "/actions/announcement/mail"),
        ({"actions": {"announcement": {"sms": True}}}, "/actions/announcement/sms"),
        ({"actions": {"announcement": {"in_app": False, "mail": "digest"}}}, "/actions/announcement/mail"),
        ({"actions": {"announcement": "off"}}, "/actions/announcement"),
        ({"actions": []}, "/actions"),
        ({"timezone": "Europe/Nowhere"}, "/timezone"),
        ({"timezone": 1}, "/timezone"),
        ({"quiet_hours": {"from": "25:00", "to": "07:00"}}, "/quiet_hours/from"),
        ({"quiet_hours": {"from": "07:00", "to": "07:00"}}, "/quiet_hours/to"),
        ({"quiet_hours": {"from": "07:00"}}, "/quiet_hours"),
        ({"digest_hour": 24}, "/digest_hour"),
        ({"digest_hour": True}, "/digest_hour"),
        ({"address": {"state": "works"}}, "/address"),
    ],
)
def test_patch_that_breaks_a_rule_names_the_place(patch: dict[str, Any], pointer: str) -> None:
    assert [place for place, _ in refused(patch)] == [pointer]


def test_patch_with_several_faults_names_all_of_them() -> None:
    patch = {"actions": {"order_paid": {"mail": "off"}, "announcement": {"push": 1}}, "digest_hour": -1}
    assert {place for place, _ in refused(patch)} == {
        "/actions/order_paid/mail",
        "/actions/announcement/push",
        "/digest_hour",
    }

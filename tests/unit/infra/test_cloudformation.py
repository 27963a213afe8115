"""Stacks, against a fake CloudFormation, interruptions included."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from infra.deploy.cloudformation import ChangeSetLine, Stack, Stacks
from infra.settings import Unusable

STACK = Stack("marquee-dev-data", "data.yaml", {"Stage": "dev"})


class FakeCloudFormation:
    """One stack. `then` is the final status of the next execution, after one read that shows it in progress."""

    def __init__(self, status: str | None = None, then: str = "", reason: str = "") -> None:
        self.status = status
        self.then = then
        self.reason = reason
        self.moving: list[str] = []
        self.did: list[str] = []

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        seen = self.moving.pop(0) if self.moving else self.status
        if seen is None:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": seen, "Outputs": [{"OutputKey": "Queue", "OutputValue": "q"}]}]}

    def create_change_set(self, **request: Any) -> None:
        self.did.append(request["ChangeSetType"])
        if request["ChangeSetType"] == "CREATE":
            assert self.status is None
            self.status = "REVIEW_IN_PROGRESS"

    def get_waiter(self, _: str) -> Any:
        return self

    def wait(self, **_: Any) -> None:
        if self.reason:
            raise WaiterError("change_set_create_complete", "failed", {})

    def describe_change_set(self, **_: Any) -> dict[str, Any]:
        change = {"Action": "Modify", "LogicalResourceId": "A", "ResourceType": "T", "Replacement": "True"}
        return {"StatusReason": self.reason, "Changes": [{"ResourceChange": change}]}

    def delete_change_set(self, **_: Any) -> None:
        self.did.append("discard")

    def execute_change_set(self, **_: Any) -> None:
        self.did.append("execute")
        self.moving = ["UPDATE_IN_PROGRESS"]
        self.status = self.then

    def delete_stack(self, **_: Any) -> None:
        self.did.append("delete")
        self.moving = ["DELETE_IN_PROGRESS"]
        self.status = None

    def describe_stack_events(self, **_: Any) -> dict[str, Any]:
        later = {"ResourceStatus": "CREATE_FAILED", "LogicalResourceId": "B", "ResourceStatusReason": "cancelled"}
        first = {"ResourceStatus": "CREATE_FAILED", "LogicalResourceId": "A", "ResourceStatusReason": "name taken"}
        return {"StackEvents": [later, first, {"ResourceStatus": "CREATE_COMPLETE"}]}


@pytest.fixture(autouse=True)
def body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stack, "body", "{}")


def stacks(fake: FakeCloudFormation) -> Stacks:
    return Stacks(fake, tags={"app": "marquee"}, pause=lambda _: None)


@pytest.mark.parametrize(
    ("status", "did"),
    [
        (None, ["CREATE", "execute"]),
        ("CREATE_COMPLETE", ["discard", "UPDATE", "execute"]),
        ("UPDATE_ROLLBACK_COMPLETE", ["discard", "UPDATE", "execute"]),
        ("REVIEW_IN_PROGRESS", ["delete", "CREATE", "execute"]),
        ("ROLLBACK_COMPLETE", ["delete", "CREATE", "execute"]),
    ],
)
def test_apply_from_any_state_brings_the_stack_to_its_template(status: str | None, did: list[str]) -> None:
    fake = FakeCloudFormation(status, then="CREATE_COMPLETE")
    assert stacks(fake).apply(STACK) is True
    assert fake.did == did


def test_apply_waits_for_what_an_interrupted_run_began() -> None:
    fake = FakeCloudFormation("CREATE_COMPLETE", then="UPDATE_COMPLETE")
    fake.moving = ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS"]
    assert stacks(fake).apply(STACK) is True
    assert fake.did == ["discard", "UPDATE", "execute"]


@pytest.mark.parametrize(
    "reason", ["The submitted information didn't contain changes.", "No updates are to be performed."]
)
def test_apply_without_changes_changes_nothing(reason: str) -> None:
    fake = FakeCloudFormation("CREATE_COMPLETE", reason=reason)
    assert stacks(fake).apply(STACK) is False
    assert "execute" not in fake.did
    assert fake.status == "CREATE_COMPLETE"


def test_apply_of_refused_template_tells_why() -> None:
    with pytest.raises(Unusable, match="Template error"):
        stacks(FakeCloudFormation("CREATE_COMPLETE", reason="Template error: x")).apply(STACK)


def test_apply_that_fails_tells_the_first_reason() -> None:
    with pytest.raises(Unusable, match="ended as ROLLBACK_COMPLETE: A: name taken"):
        stacks(FakeCloudFormation(None, then="ROLLBACK_COMPLETE")).apply(STACK)


@pytest.mark.parametrize("status", [None, "CREATE_COMPLETE"])
def test_changes_shows_and_leaves_everything_as_it_was(status: str | None) -> None:
    fake = FakeCloudFormation(status)
    assert stacks(fake).changes(STACK) == [ChangeSetLine("Modify", "A", "T", replaces=True)]
    assert fake.status == status
    assert "execute" not in fake.did


def test_outputs_of_missing_stack_are_empty() -> None:
    assert stacks(FakeCloudFormation()).outputs("x") == {}
    assert stacks(FakeCloudFormation("CREATE_COMPLETE")).outputs("x") == {"Queue": "q"}


def test_delete_tells_whether_there_was_a_stack() -> None:
    assert stacks(FakeCloudFormation()).delete("x") is False
    assert stacks(FakeCloudFormation("CREATE_COMPLETE")).delete("x") is True

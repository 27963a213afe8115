"""Creates, updates, compares and deletes CloudFormation stacks.

Called by the deployment steps. Every call may be interrupted and repeated: it first waits until the stack is no longer
changing.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import ClientError, WaiterError

from infra.settings import Unusable

FOLDER = Path(__file__).parents[1] / "stacks"
CHANGE_SET = "marquee"
POLL_SECONDS = 2.0
_NOTHING = ("didn't contain changes", "No updates are to be performed", "no changes")
_UNMADE = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")


class Stack(NamedTuple):
    """A stack as it should be: its name, its template in infra/stacks/, and its parameters."""

    name: str
    template: str
    parameters: dict[str, str]

    @property
    def body(self) -> str:
        """The template's text."""
        return (FOLDER / self.template).read_text(encoding="utf-8")


class ChangeSetLine(NamedTuple):
    """One change that CloudFormation would make to a resource."""

    action: str
    resource: str
    kind: str
    replaces: bool


class Stacks:
    """The CloudFormation stacks of one account and region."""

    def __init__(self, client: Any, *, tags: dict[str, str], pause: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._tags = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        self._pause = pause

    def status(self, name: str) -> str | None:
        """Returns CloudFormation's status of the stack, or None when there is no such stack."""
        found = self._describe(name)
        return found["StackStatus"] if found else None

    def outputs(self, name: str) -> dict[str, str]:
        """Returns the stack's outputs; empty when there is no such stack."""
        found = self._describe(name) or {}
        return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}

    def changes(self, stack: Stack) -> list[ChangeSetLine]:
        """Returns the changes that `apply` would make, and makes none."""
        status = self._settled(stack.name)
        if not self._prepare(stack, create=status is None):
            return []
        described = self._client.describe_change_set(StackName=stack.name, ChangeSetName=CHANGE_SET)
        self._discard(stack.name, created=status is None)
        return [_change(one["ResourceChange"]) for one in described.get("Changes", []) if "ResourceChange" in one]

    def apply(self, stack: Stack) -> bool:
        """Creates or updates the stack. Returns whether anything changed. Raises Unusable with
        CloudFormation's reason.
        """
        status = self._settled(stack.name)
        if not self._prepare(stack, create=status is None):
            return False
        self._client.execute_change_set(StackName=stack.name, ChangeSetName=CHANGE_SET)
        ended = self._rest(stack.name)
        if ended not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise Unusable(f"Stack {stack.name} ended as {ended}: {self._reason(stack.name)}")
        return True

    def delete(self, name: str) -> bool:
        """Deletes the stack, but not the resources that its template retains. Returns whether there was one. Raises
        Unusable with CloudFormation's reason.
        """
        if self._rest(name) is None:
            return False
        self._client.delete_stack(StackName=name)
        ended = self._rest(name)
        if ended not in (None, "DELETE_COMPLETE"):
            raise Unusable(f"Stack {name} could not be deleted: {self._reason(name)}")
        return True

    def _describe(self, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._client.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if found["StackStatus"] == "DELETE_COMPLETE" else found

    def _settled(self, name: str) -> str | None:
        """Waits until the stack is not changing and returns its status. Deletes a stack whose creation or deletion
        failed.
        """
        status = self._rest(name)
        if status in _UNMADE:
            self._client.delete_stack(StackName=name)
            status = self._rest(name)
        return status

    def _rest(self, name: str) -> str | None:
        while True:
            status = self.status(name)
            if status is None or not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
                return status
            self._pause(POLL_SECONDS)

    def _prepare(self, stack: Stack, *, create: bool) -> bool:
        """Creates the change set and returns whether it has changes. Raises Unusable."""
        if not create:
            self._client.delete_change_set(StackName=stack.name, ChangeSetName=CHANGE_SET)
        self._client.create_change_set(
            StackName=stack.name,
            ChangeSetName=CHANGE_SET,
            ChangeSetType="CREATE" if create else "UPDATE",
            TemplateBody=stack.body,
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in sorted(stack.parameters.items())],
            Capabilities=["CAPABILITY_IAM"],
            Tags=self._tags,
        )
        try:
            self._client.get_waiter("change_set_create_complete").wait(
                StackName=stack.name, ChangeSetName=CHANGE_SET, WaiterConfig={"Delay": POLL_SECONDS, "MaxAttempts": 150}
            )
        except WaiterError:
            described = self._client.describe_change_set(StackName=stack.name, ChangeSetName=CHANGE_SET)
            reason = described.get("StatusReason", "")
            self._discard(stack.name, created=create)
            if any(word in reason for word in _NOTHING):
                return False
            raise Unusable(f"Stack {stack.name} cannot be changed: {reason}") from None
        return True

    def _discard(self, name: str, *, created: bool) -> None:
        """Deletes the change set, and the empty stack that the first change set of a new stack creates."""
        self._client.delete_change_set(StackName=name, ChangeSetName=CHANGE_SET)
        if created:
            self._client.delete_stack(StackName=name)

    def _reason(self, name: str) -> str:
        """Returns the first failure in the stack's events."""
        try:
            events = self._client.describe_stack_events(StackName=name)["StackEvents"]
        except ClientError as error:
            return str(error)
        failed = [one for one in events if one["ResourceStatus"].endswith("_FAILED")]
        first = failed[-1] if failed else {}
        return f"{first.get('LogicalResourceId', '?')}: {first.get('ResourceStatusReason', 'no reason given')}"


def _change(raw: dict[str, Any]) -> ChangeSetLine:
    replaces = raw.get("Replacement") in ("True", "Conditional")
    return ChangeSetLine(raw["Action"], raw["LogicalResourceId"], raw["ResourceType"], replaces)

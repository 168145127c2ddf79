"""A CloudFormation stack: changed by change sets, watched event by event."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

POLL_S = 5
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")  # roles without names of their own; Chalice's SAM
NOTHING = ("didn't contain changes", "No updates are to be performed")
# From these CloudFormation takes no change; what the operator can do about it.
STUCK = {
    "UPDATE_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --stack-name {name}",
    "DELETE_FAILED": "make destroy once more",
}
EMPTY = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")  # its first creation failed: all it can do is go


class StackFailed(RuntimeError):
    """The stack is not as it was to be; the message has the reason that AWS gives."""


@dataclass
class Stack:
    """`say`: is told each step; `sleep`: seconds, between two looks."""

    cloudformation: Any
    name: str
    say: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    _seen: set[str] = field(default_factory=set)

    def described(self) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            return None
        return found

    def is_there(self) -> bool:
        """Whether it has been made; one under review holds nothing yet."""
        found = self.described()
        return found is not None and found["StackStatus"] != "REVIEW_IN_PROGRESS"

    def parameters(self) -> dict[str, str]:
        given = (self.described() or {}).get("Parameters", [])
        return {one["ParameterKey"]: one.get("ParameterValue", "") for one in given}

    def outputs(self) -> dict[str, str]:
        return {one["OutputKey"]: one["OutputValue"] for one in (self.described() or {}).get("Outputs", [])}

    def change(self, template_url: str, parameters: Mapping[str, str]) -> bool:
        """Makes or changes it, and waits for the end; False where there is nothing to change. Raises StackFailed."""
        self._make_ready()
        change = self._proposed(template_url, parameters, "UPDATE" if self.is_there() else "CREATE")
        if change is None:
            return False
        self._tell(change)
        found = self.described()
        stack_id = str(found["StackId"]) if found else self.name
        self._seen |= {event["EventId"] for event in self._events(stack_id)}
        # A creation that fails leaves nothing behind, not even what is to outlive the stack.
        self.cloudformation.execute_change_set(ChangeSetName=change, RetainExceptOnCreate=True)
        self._watch(stack_id)
        return True

    def delete(self) -> None:
        """Waits for the end. Raises StackFailed."""
        found = self.described()
        if found is None:
            return
        self._seen |= {event["EventId"] for event in self._events(found["StackId"])}
        self.cloudformation.delete_stack(StackName=found["StackId"])
        self._watch(found["StackId"])

    def protect(self, protected: bool) -> None:
        """Whether it can be deleted by a mistake."""
        self.cloudformation.update_termination_protection(StackName=self.name, EnableTerminationProtection=protected)

    def _make_ready(self) -> None:
        status = (self.described() or {}).get("StackStatus", "")
        if status in EMPTY:
            self.say(f"{self.name} could not be made the last time. What is left of it goes first.")
            self.delete()
        elif status in STUCK:
            raise StackFailed(f"{self.name} is {status}. First: {STUCK[status].format(name=self.name)}")
        elif status.endswith("IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            raise StackFailed(f"{self.name} is being changed by somebody else ({status}). Wait for its end.")

    def _proposed(self, template_url: str, parameters: Mapping[str, str], kind: str) -> str | None:
        """The id of a change set; None where it has nothing in it. Raises StackFailed."""
        try:
            made = self.cloudformation.create_change_set(
                StackName=self.name,
                ChangeSetName=f"deploy-{secrets.token_hex(4)}",
                ChangeSetType=kind,
                TemplateURL=template_url,
                Capabilities=list(CAPABILITIES),
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            )
        except ClientError as error:
            if any(text in str(error) for text in NOTHING):
                return None
            raise StackFailed(f"{self.name}: {error.response['Error']['Message']}") from error
        return self._when_ready(str(made["Id"]))

    def _when_ready(self, change: str) -> str | None:
        while (found := self.cloudformation.describe_change_set(ChangeSetName=change))["Status"] in (
            "CREATE_PENDING",
            "CREATE_IN_PROGRESS",
        ):
            self.sleep(POLL_S)
        if found["Status"] == "CREATE_COMPLETE":
            return change
        self.cloudformation.delete_change_set(ChangeSetName=change)
        reason = found.get("StatusReason", "no reason given")
        if any(text in reason for text in NOTHING):
            return None
        raise StackFailed(f"{self.name} cannot be changed so: {reason}")

    def _tell(self, change: str) -> None:
        pages = self.cloudformation.get_paginator("describe_change_set").paginate(ChangeSetName=change)
        changes = [
            one["ResourceChange"] for page in pages for one in page.get("Changes", []) if "ResourceChange" in one
        ]
        for one in changes:
            replaced = ", replaced by a new one" if one.get("Replacement") == "True" else ""
            self.say(f"  to {one['Action'].lower()}: {one['LogicalResourceId']} ({one['ResourceType']}){replaced}")

    def _watch(self, stack_id: str) -> None:
        failures: list[str] = []
        while True:
            for event in self._news(stack_id):
                self._report(event, failures)
                if _is_last(event, self.name):
                    return self._judge(event["ResourceStatus"], failures)
            self.sleep(POLL_S)

    def _report(self, event: Mapping[str, Any], failures: list[str]) -> None:
        reason = event.get("ResourceStatusReason", "")
        self.say(f"  {event['ResourceStatus'].lower():28} {event['LogicalResourceId']}  {reason}".rstrip())
        if event["ResourceStatus"].endswith("FAILED") and "cancelled" not in reason:
            failures.append(f"{event['LogicalResourceId']}: {reason}")

    def _judge(self, status: str, failures: list[str]) -> None:
        if "ROLLBACK" in status or status.endswith("FAILED"):
            raise StackFailed(f"{self.name} ended as {status}. {' '.join(failures[:3]) or 'AWS gives no reason.'}")

    def _news(self, stack_id: str) -> list[Mapping[str, Any]]:
        """Events not seen yet, the oldest first."""
        found = list(self._events(stack_id))[::-1]
        self._seen |= {one["EventId"] for one in found}
        return found

    def _events(self, stack_id: str) -> Iterator[Mapping[str, Any]]:
        """The newest first, down to the first that has been seen."""
        for page in self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id):
            for event in page["StackEvents"]:
                if event["EventId"] in self._seen:
                    return
                yield event


def _is_last(event: Mapping[str, Any], name: str) -> bool:
    """An event of the stack itself, which ends what was begun."""
    of_stack = event["ResourceType"] == "AWS::CloudFormation::Stack" and event["LogicalResourceId"] == name
    return bool(of_stack and not event["ResourceStatus"].endswith("IN_PROGRESS"))

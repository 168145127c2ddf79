"""A stack is changed, and what happens is told event by event (G2)."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.deploy.stacks import Stack, StackFailed


class Told:
    """CloudFormation as AWS tells of it: in pages, the newest event first, with each execution those of a list more."""

    def __init__(self, *executions: list[dict[str, str]]) -> None:
        self.to_come, self.told = list(executions), [event("0", "UPDATE_COMPLETE")]

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": "UPDATE_COMPLETE", "StackId": "id"}]}

    def create_change_set(self, **_: Any) -> dict[str, str]:
        return {"Id": "change"}

    def describe_change_set(self, **_: str) -> dict[str, str]:
        return {"Status": "CREATE_COMPLETE"}

    def execute_change_set(self, **_: Any) -> None:
        self.told = [*self.to_come.pop(0)[::-1], *self.told]

    def get_paginator(self, operation: str) -> "Told":
        self.operation = operation
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        if self.operation == "describe_change_set":
            return iter([{"Changes": []}])
        return iter([{"StackEvents": self.told[:2]}, {"StackEvents": self.told[2:]}])


def event(number: str, status: str, logical: str = "", reason: str = "") -> dict[str, str]:
    kind = "AWS::DynamoDB::Table" if logical else "AWS::CloudFormation::Stack"
    return {"EventId": number, "ResourceStatus": status, "ResourceType": kind, "ResourceStatusReason": reason,
            "LogicalResourceId": logical or "earshot-dev"}  # fmt: skip


def test_a_deployment_that_is_rolled_back_tells_the_first_reason() -> None:
    """G2: event by event, and at the end what it was; not what was cancelled because of it."""
    lines: list[str] = []
    failing = [
        event("1", "UPDATE_IN_PROGRESS"),
        event("2", "CREATE_FAILED", "ClipsTable", "Table already exists"),
        event("3", "CREATE_FAILED", "Other", "Resource creation cancelled"),
        event("4", "UPDATE_ROLLBACK_COMPLETE"),
    ]
    stack = Stack(Told(failing), "earshot-dev", lines.append, sleep=lambda _: None)
    with pytest.raises(StackFailed, match=r"UPDATE_ROLLBACK_COMPLETE\. ClipsTable: Table already exists$"):
        stack.change("https://template", {})
    assert [line.split()[0] for line in lines] == ["update_in_progress", "create_failed", "create_failed",
                                                   "update_rollback_complete"]  # fmt: skip


def test_of_two_changes_each_is_waited_for() -> None:
    """G1: what the first has told is not taken for the end of the second, which brings the address."""
    lines: list[str] = []
    first = [event("1", "UPDATE_IN_PROGRESS"), event("2", "UPDATE_COMPLETE")]
    second = [event("3", "UPDATE_IN_PROGRESS"), event("4", "UPDATE_ROLLBACK_COMPLETE")]
    stack = Stack(Told(first, second), "earshot-dev", lines.append, sleep=lambda _: None)
    assert stack.change("https://template", {})
    with pytest.raises(StackFailed):
        stack.change("https://template", {})
    assert [line.split()[0] for line in lines] == [one["ResourceStatus"].lower() for one in first + second]

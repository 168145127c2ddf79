"""Stands where Step Functions would: remembers what was started. `executed` has moto's interpreter run it, whole."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError

from chalicelib.runtime import workflows
from infra.local.chalice_app import handlers_of
from infra.local.engine import _invoking
from infra.local.events import LambdaContext
from infra.local.resources import TEMPLATE, create_state_machines
from infra.local.template import Template
from tests.support import permissions
from tests.support.environment import REGION

LOOK_EVERY_S, LOOKS_MAX = 0.05, 1_200
Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Started:
    """An execution that was asked for."""

    workflow: str
    name: str
    given: Mapping[str, Any]


class Workflows:
    """`started` in order; of each name the first only, as Step Functions has it. Those in `over` have ended, by
    themselves or `stopped`.

    `busy`: Step Functions answers nobody.
    """

    def __init__(self) -> None:
        self.started: list[Started] = []
        self.over: set[str] = set()
        self.stopped: list[str] = []
        self.busy = False

    def describe_execution(self, *, executionArn: str) -> dict[str, str]:  # noqa: N803 - the client's own names
        permissions.note("states:DescribeExecution", executionArn.split(":")[-2].rpartition("-")[2])
        self._answer("DescribeExecution")
        name = executionArn.rpartition(":")[2]
        if name not in {one.name for one in self.started}:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "DescribeExecution")
        return {"status": "FAILED" if name in self.over else "RUNNING"}

    def stop_execution(self, *, executionArn: str) -> None:  # noqa: N803 - likewise
        permissions.note("states:StopExecution", executionArn.split(":")[-2].rpartition("-")[2])
        self._answer("StopExecution")
        name = executionArn.rpartition(":")[2]
        if name not in {one.name for one in self.started}:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "StopExecution")
        self.over.add(name)
        self.stopped.append(name)

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:  # noqa: N803, A002 - the client's own names
        permissions.note("states:StartExecution", stateMachineArn.rpartition("-")[2])
        self._answer("StartExecution")
        if name in {one.name for one in self.started}:
            raise ClientError({"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution")
        self.started.append(Started(stateMachineArn.rpartition("-")[2], name, json.loads(input)))

    def _answer(self, operation: str) -> None:
        if self.busy:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, operation)


@dataclass(frozen=True)
class Ended:
    """How an execution ended: its status, and the names of the states it went through."""

    status: str
    states: list[str]
    history: list[dict[str, Any]]


@contextmanager
def recorded_workflows() -> Iterator[Workflows]:
    """Every start of the application goes to the recorder inside this block."""
    found = Workflows()
    with patch.object(workflows, "_client", lambda: found):
        yield found


def executed(app: Any, one: Started, functions: Mapping[str, Function] | None = None) -> Ended:
    """Runs it by its own definition; `functions` replace the application's, by the names of the template."""
    return executed_at_once(app, [one], functions)[0]


def executed_at_once(app: Any, some: Sequence[Started], functions: Mapping[str, Function] | None = None) -> list[Ended]:
    """As `executed`, all of them started before any is waited for."""
    states = boto3.client("stepfunctions", region_name=REGION)
    machines = create_state_machines(Template.read(TEMPLATE, "local"), TEMPLATE.parent)
    with _invoking({**functions_of(app), **(functions or {})}):
        begun = [_begin(states, machines, one) for one in some]
        return [_ended(states, arn) for arn in begun]


def _begin(states: Any, machines: Mapping[str, str], one: Started) -> str:
    [machine] = [arn for name, arn in machines.items() if name.endswith(f"-{one.workflow}")]
    given = json.dumps({**one.given, "wait_s": 0})
    return str(states.start_execution(stateMachineArn=machine, name=one.name, input=given)["executionArn"])


def _ended(states: Any, arn: str) -> Ended:
    status = await_end(states, arn)
    history = states.get_execution_history(executionArn=arn, maxResults=1_000)["events"]
    entered = [event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event]
    return Ended(status, entered, history)


def functions_of(app: Any) -> dict[str, Function]:
    """The application's functions, by every name they have."""
    return {name: partial(_call, handler, name) for name, handler in handlers_of(app).functions.items()}


def _call(handler: Any, name: str, event: Any) -> Any:
    return handler(event, LambdaContext(name, "workflow"))


def await_end(states: Any, arn: str) -> str:
    """The status that the execution ends with."""
    waiting = threading.Event()
    for _ in range(LOOKS_MAX):
        status = str(states.describe_execution(executionArn=arn)["status"])
        if status != "RUNNING":
            return status
        waiting.wait(LOOK_EVERY_S)
    raise AssertionError("the execution did not end")

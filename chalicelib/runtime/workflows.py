"""Workflows: Step Functions runs them, by the definitions in infra/workflows; their steps are the subjects' tasks."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.runtime import problems
from chalicelib.runtime.clients import make_client
from chalicelib.runtime.errors import Unavailable
from chalicelib.runtime.mail import Unsent
from chalicelib.runtime.settings import settings
from chalicelib.runtime.telemetry import log

INPUT_MAX = 262_144  # bytes, Step Functions quota; the emulator does not mind
T = TypeVar("T")


class StepFailed(RuntimeError):
    """A step of a workflow failed; its message is a reference and nothing else. The definitions know it by its name."""


class MailUnsent(StepFailed):
    """Mail cannot be sent just now, and surely was not: the workflow waits longer for that."""


def take_step(step: Callable[[], T], operation: str) -> T:
    """What `step` gives. What goes wrong is logged with a reference; the workflow's state hears only that.

    Raises StepFailed.
    """
    try:
        return step()
    except Exception as error:
        _, reference = problems.unexpected(error, operation)
        failure = MailUnsent if isinstance(error, Unsent) else StepFailed
        raise failure(reference) from None


def start(workflow: str, name: str, given: Mapping[str, Any]) -> bool:
    """Starts the workflow of that short name; False where an execution of that `name` was started before.

    A name derived from the work makes a second start harmless. Raises Unavailable where it cannot be started.
    """
    sent = msgspec.json.encode(given).decode()
    if len(sent) > INPUT_MAX:
        raise ValueError("a workflow is given keys, not data")
    arn = f"{settings().workflows}:{settings().resource(workflow)}"
    try:
        _client().start_execution(stateMachineArn=arn, name=name, input=sent)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
            return False
        raise _busy() from error
    except BotoCoreError as error:
        raise _busy() from error
    return True


def is_over(workflow: str, name: str) -> bool:
    """Whether the execution of that name has ended, however; not where there is none. Raises Unavailable."""
    try:
        found = _client().describe_execution(executionArn=_execution(workflow, name))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
            return False
        raise _busy() from error
    except BotoCoreError as error:
        raise _busy() from error
    return bool(found["status"] not in ("RUNNING", "PENDING_REDRIVE"))


def stop(workflow: str, name: str) -> None:
    """Stops the execution of that name if it runs; where Step Functions does not answer, it goes on.

    Nothing depends on it: an execution of somebody who was erased finds nothing to do at its next step.
    """
    try:
        _client().stop_execution(executionArn=_execution(workflow, name))
    except (ClientError, BotoCoreError) as error:
        log.warning("execution not stopped", error=type(error).__name__)


def _execution(workflow: str, name: str) -> str:
    return f"{settings().workflows.removesuffix('stateMachine')}execution:{settings().resource(workflow)}:{name}"


def _busy() -> Unavailable:
    return Unavailable("This cannot be started right now.", retry_after_s=5)


@lru_cache(maxsize=1)
def _client() -> Any:
    return make_client("stepfunctions", read_s=5)

"""Which AWS actions each deployed function calls under test: what its role must allow (G2).

An entry point is entered as Lambda would; whatever it asks of AWS until it returns is its own (infra/policy.py).
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

from botocore.client import BaseClient

from chalicelib.runtime import envelope, expiry
from chalicelib.runtime.http import EarshotApp
from infra import policy

TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem",
              "Get": "GetItem"}  # fmt: skip
# What fails in a lane of tabs is tried again by the reaper of all the rest.
ALIKE = {"reap_tabs": ["reap", *(f"reap_tabs_{lane}" for lane in range(len(expiry.TABS)))]}
_entered: ContextVar[str | None] = ContextVar("entered", default=None)


class Act(NamedTuple):
    """What a function did: as Chalice names it, as IAM names the action, and to which table, queue or workflow."""

    function: str
    action: str
    resource: str


refused: set[Act] = set()  # that no policy allows


def note(action: str, resource: str) -> None:
    """For what stands in a client's place."""
    entered = _entered.get()
    for function in ALIKE.get(entered or "", [entered] if entered else []):
        if (action, resource) not in _allowed(function):
            refused.add(Act(function, action, resource))


def note_request(service: str, operation: str, given: Mapping[str, Any]) -> None:
    if _entered.get() is not None:
        for action, resource in _acts(service, operation, given):
            note(action, resource)


def watch(app: EarshotApp) -> None:
    """From now on, in this process."""
    app.handler_map.update({name: _entering(name, one) for name, one in app.handler_map.items()})
    EarshotApp.__call__ = _entering("api_handler", EarshotApp.__call__)  # type: ignore[method-assign]  # a test's watch
    expiry._reap_lane = _reaping(expiry._reap_lane)
    envelope.new_wrapped_key = _noting("kms:GenerateDataKeyWithoutPlaintext", envelope.new_wrapped_key)
    envelope.unwrap = _noting("kms:Decrypt", envelope.unwrap)
    asked = BaseClient._make_api_call

    @functools.wraps(asked)
    def noted(self: Any, operation: str, given: Mapping[str, Any]) -> Any:
        note_request(self.meta.service_model.service_name, operation, given)
        return asked(self, operation, given)

    BaseClient._make_api_call = noted


def _reaping(reap: Callable[..., Any]) -> Callable[..., Any]:
    """All that the reaper's functions do; tests have them do it at their own time."""
    tabs, others = _entering("reap_tabs", reap), _entering("reap", reap)

    @functools.wraps(reap)
    def reaped(lane: Any, *given: Any) -> Any:
        return (tabs if lane in expiry.TABS else others)(lane, *given)

    return reaped


@functools.cache
def _allowed(function: str) -> set[tuple[str, str]]:
    return policy.allowed(function)


def _entering(name: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(handler)
    def entered(*given: Any, **named: Any) -> Any:
        token = _entered.set(name)
        try:
            return handler(*given, **named)
        finally:
            _entered.reset(token)

    return entered


def _noting(action: str, act: Callable[..., Any]) -> Callable[..., Any]:
    """On one machine the root secret stands where KMS does."""

    @functools.wraps(act)
    def noted(*given: Any) -> Any:
        note(action, "")
        return act(*given)

    return noted


def _acts(service: str, operation: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """By IAM's names. A transaction asks for what it is made of, a batch for itself."""
    if operation in ("TransactWriteItems", "TransactGetItems"):
        for one in given["TransactItems"]:
            [(kind, item)] = one.items()
            yield f"dynamodb:{TRANSACTED[kind]}", _short(item["TableName"])
    elif operation in ("BatchWriteItem", "BatchGetItem"):
        yield from ((f"dynamodb:{operation}", _short(table)) for table in given["RequestItems"])
    elif service == "dynamodb":
        yield f"dynamodb:{operation}", _short(given["TableName"])
    elif service == "sqs":
        queue = given.get("QueueName") or given["QueueUrl"]
        yield f"sqs:{operation.removesuffix('Batch')}", _short(queue.rpartition("/")[2])
    elif service == "sesv2":
        yield f"ses:{operation}", ""
        if "Raw" in given.get("Content", ()):
            yield "ses:SendRawEmail", ""
    else:
        yield f"{service}:{operation}", ""


def _short(name: str) -> str:
    return name.removeprefix("earshot-local-")

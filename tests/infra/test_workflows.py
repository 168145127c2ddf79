"""What workflows do where Lambda calls nobody (G2, D6)."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from infra.local.resources import TEMPLATE

DEFINITIONS = sorted((TEMPLATE.parent / "workflows").glob("*.yaml"))
# As AWS lists what a task may meet through no fault of its function: Step Functions, "Handling errors".
NOT_CALLED = {"Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.AWSLambdaException",
              "Lambda.SdkClientException"}  # fmt: skip
THROTTLED_S = 240.0  # on average: jitter has it wait half as long


def tasks(states: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, one in states.items():
        if one["Type"] == "Task":
            yield name, one
        yield from tasks(one.get("ItemProcessor", {}).get("States", {}))


@pytest.mark.parametrize("name", [path.name for path in DEFINITIONS])
def test_a_task_that_is_throttled_is_tried_again_for_minutes(name: str) -> None:
    """D6, G2: where an account runs few functions at once; what failed by itself is over in seconds."""
    found = dict(tasks(yaml.safe_load((TEMPLATE.parent / "workflows" / name).read_text("utf-8"))["States"]))
    assert found
    for task, one in found.items():
        *_, throttled, last = one["Retry"]
        assert set(throttled["ErrorEquals"]) == NOT_CALLED, task
        waits = [
            throttled["IntervalSeconds"] * throttled["BackoffRate"] ** turn for turn in range(throttled["MaxAttempts"])
        ]
        assert sum(waits) / 2 > THROTTLED_S, task
        assert last["ErrorEquals"] == ["States.ALL"]  # which stands last, or it would hear of everything

"""How long after its end something was deleted: the metric that says whether the promises hold.

One value a kind and run, in seconds, in CloudWatch's embedded format: namespace `Earshot`, dimensions `kind` and
`pace`, by which the alarms in infra/resources.yaml know what is promised of it. What fails counts, too, for as long as
it does. And one value a run of the reaper, so that it is seen where it does not run at all.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE, METRIC, HEARTBEAT = "Earshot", "LatenessSeconds", "ReaperRuns"
SECOND = 1_000
Pace = Literal["seconds", "minutes", "days"]
LATE_AFTER_S: Mapping[Pace, int] = {
    "seconds": 90,
    "minutes": 120,
    "days": 86_400,
}  # docs/product.md, The four lifetimes

_paces: dict[str, Pace] = {}
_ahead_ms: dict[str, int] = {}
_listeners: list[Callable[[str, int], None]] = []


def keep_pace(kind: str, pace: Pace, *, ahead_ms: int = 0) -> None:
    """How soon after its end what is of that kind is to be gone; within minutes if nothing is said.

    `ahead_ms` is how long before its end it is due: to be gone by then is not late.
    """
    _paces[kind], _ahead_ms[kind] = pace, ahead_ms


def report(late_ms: Mapping[str, int]) -> None:
    """By kind, the most belated deletion of a run in milliseconds; what went before its end was not late."""
    for kind, since_due in sorted(late_ms.items()):
        late = max(since_due - _ahead_ms.get(kind, 0), 0)
        with single_metric(METRIC, MetricUnit.Seconds, late / SECOND, namespace=NAMESPACE) as metric:
            metric.add_dimension("kind", kind)
            metric.add_dimension("pace", _paces.get(kind, "minutes"))
        for listener in _listeners:
            listener(kind, late)


def beat(reaper: str) -> None:
    """That a run has come to its end, whatever there was to do."""
    with single_metric(HEARTBEAT, MetricUnit.Count, 1, namespace=NAMESPACE) as metric:
        metric.add_dimension("reaper", reaper)


@contextmanager
def heard_by(listener: Callable[[str, int], None]) -> Iterator[None]:
    """Inside this block `listener` is called with each kind and its lateness in ms, too: the local stack shows them."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)

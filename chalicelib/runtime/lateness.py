"""How long after its end something was deleted: the metric that says whether the promises hold.

One value a kind and run, in seconds, in CloudWatch's embedded format: namespace `Earshot`, dimension `kind`. The alarm
in infra/resources.yaml rests on it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE, METRIC = "Earshot", "LatenessSeconds"
SECOND = 1_000

_listeners: list[Callable[[str, int], None]] = []


def report(late_ms: Mapping[str, int]) -> None:
    """By kind, the most belated deletion of a run in milliseconds; what went before its end was not late."""
    for kind, late in sorted(late_ms.items()):
        with single_metric(METRIC, MetricUnit.Seconds, max(late, 0) / SECOND, namespace=NAMESPACE) as metric:
            metric.add_dimension("kind", kind)
        for listener in _listeners:
            listener(kind, late)


@contextmanager
def heard_by(listener: Callable[[str, int], None]) -> Iterator[None]:
    """Inside this block `listener` is called with each kind and its lateness in ms, too: the local stack shows them."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)

"""Arithmetic of spans of time: half-open [from, to), in milliseconds.

`Spans` are sorted, none touches another and none is empty, so that two sets of instants are equal exactly if their
spans are. Everything a report says is a length of such sets.

   a        ████████      ███████
   b            ████████████
   common       ████      ██
   without  ████             █████
"""

from collections.abc import Iterable
from itertools import pairwise

Span = tuple[int, int]
Spans = tuple[Span, ...]


def union(spans: Iterable[Span]) -> Spans:
    """All instants that lie in any of `spans`, whatever their order; empty and inverted ones hold none."""
    return bridged(sorted(span for span in spans if span[0] < span[1]), 0)


def bridged(spans: Iterable[Span], gap_ms: int) -> Spans:
    """Sorted spans, those at most `gap_ms` apart made one."""
    waiting, found = iter(spans), list[Span]()
    begun_ms, ended_ms = next(waiting, (0, 0))
    for from_ms, to_ms in waiting:
        if from_ms - ended_ms > gap_ms:
            found.append((begun_ms, ended_ms))
            begun_ms, ended_ms = from_ms, to_ms
        elif to_ms > ended_ms:
            ended_ms = to_ms
    return (*found, (begun_ms, ended_ms)) if begun_ms < ended_ms else ()


def common(these: Spans, those: Spans) -> Spans:
    """The instants that lie in both."""
    found, this, that = list[Span](), 0, 0
    while this < len(these) and that < len(those):
        from_ms = max(these[this][0], those[that][0])
        to_ms = min(these[this][1], those[that][1])
        if from_ms < to_ms:
            found.append((from_ms, to_ms))
        if these[this][1] < those[that][1]:
            this += 1
        else:
            that += 1
    return tuple(found)


def without(these: Spans, those: Spans) -> Spans:
    """The instants of `these` that do not lie in `those`."""
    if not these:
        return ()
    first, last = these[0][0], these[-1][1]
    edges = [first, *(edge for span in common(those, ((first, last),)) for edge in span), last]
    outside = tuple((from_ms, to_ms) for from_ms, to_ms in zip(edges[::2], edges[1::2], strict=True) if from_ms < to_ms)
    return common(these, outside)


def length(spans: Iterable[Span]) -> int:
    """How many milliseconds they hold."""
    return sum(to_ms - from_ms for from_ms, to_ms in spans)


def pieces(spans: Spans, count: int) -> list[Spans]:
    """The same instants in `count` runs one after the other, each as long as the others to a millisecond."""
    edges = [length(spans) * edge // count for edge in range(count + 1)]
    return [_run(spans, *run) for run in pairwise(edges)]


def by_step(spans: Spans, start_ms: int, steps: int, step_ms: int) -> list[int]:
    """How many milliseconds they hold in each of the `steps` from `start_ms` on."""
    held = [0] * steps
    for from_ms, to_ms in spans:
        first, last = (from_ms - start_ms) // step_ms, (to_ms - 1 - start_ms) // step_ms
        for step in range(max(first, 0), min(last, steps - 1) + 1):
            begins = start_ms + step * step_ms
            held[step] += min(to_ms, begins + step_ms) - max(from_ms, begins)
    return held


def by_depth(all_spans: Iterable[Spans]) -> tuple[Spans, Spans]:
    """The instants that lie in at least one, and in at least two, of many sets of spans."""
    edges = sorted(edge for spans in all_spans for from_ms, to_ms in spans for edge in ((from_ms, 1), (to_ms, -1)))
    once, twice, depth = list[Span](), list[Span](), 0
    for (at_ms, step), (next_ms, _) in pairwise(edges):
        depth += step
        if depth > 0 and at_ms < next_ms:
            once.append((at_ms, next_ms))
            if depth > 1:
                twice.append((at_ms, next_ms))
    return bridged(once, 0), bridged(twice, 0)


def _run(spans: Spans, from_ms: int, to_ms: int) -> Spans:
    """The part from one length to another, counted along what they hold."""
    found, passed_ms = list[Span](), 0
    for begin_ms, end_ms in spans:
        first_ms, last_ms = max(from_ms - passed_ms, 0), min(to_ms - passed_ms, end_ms - begin_ms)
        if first_ms < last_ms:
            found.append((begin_ms + first_ms, begin_ms + last_ms))
        passed_ms += end_ms - begin_ms
    return tuple(found)

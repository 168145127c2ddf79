"""A report as it is stored and read: its figures and tips first, then the people, in parts of bounded size. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from chalicelib.insights.advice import Tip, advise
from chalicelib.insights.figures import Measures, Meeting, Person
from chalicelib.insights.indicators import Evidence
from chalicelib.insights.measures import believed, measure
from chalicelib.insights.recording import Recording

PART_MAX = 300_000  # bytes before sealing: an item holds 400 KB, an answer 5 MB


@dataclass(frozen=True)
class Part:
    """The first has the `summary`, whose `people` are empty; every part has some of the people."""

    people: Sequence[Person]
    summary: Measures | None = None
    tips: Sequence[Tip] = ()


@dataclass(frozen=True)
class _Summed:
    summary: Measures


def write_report(meeting: Meeting, recordings: Iterable[tuple[str, Recording]], began_ms: int) -> Iterator[bytes]:
    """The parts of a meeting's report, each at most PART_MAX unless one person alone is larger."""
    meeting = believed(meeting)
    measures = measure(meeting, recordings)
    return written(measures, advise(Evidence(meeting, measures, began_ms)))


def written(measures: Measures, tips: Sequence[Tip]) -> Iterator[bytes]:
    """A report's parts, of what was measured and advised."""
    first = Part((), replace(measures, people=()), tips)
    for number, people in enumerate(_grouped(measures.people, len(msgspec.json.encode(first)))):
        yield msgspec.json.encode(Part(people) if number else replace(first, people=people))


def read_part(content: bytes) -> Part:
    """What `write_report` wrote."""
    return msgspec.json.decode(content, type=Part)


def read_summary(first: bytes) -> Measures:
    """The summary of a report's first part, whose people are not looked at."""
    return msgspec.json.decode(first, type=_Summed).summary


def _grouped(people: Sequence[Person], taken: int) -> Iterator[list[Person]]:
    """At least one group, the first with `taken` bytes less room."""
    group = list[Person]()
    for person in people:
        size = len(msgspec.json.encode(person)) + 1
        if group and taken + size > PART_MAX:
            yield group
            group, taken = [], 0
        group.append(person)
        taken += size
    yield group

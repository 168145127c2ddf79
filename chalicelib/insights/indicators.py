"""Figures that tips rest on: each one number of a whole meeting, by name; None where there is nothing to tell it by.

Shares lie between 0 and 1, `_ms` are milliseconds; the rest are ratios and counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.insights.figures import Measures, Meeting, Person
from chalicelib.insights.intervals import Spans

QUIET = 0.2  # of one's fair share: who talks less is counted as quiet
LATE_MS = 5 * 60_000  # after the beginning, and before the end
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Evidence:
    """A meeting as `measures.believed` gives it; `began_ms` is its planned start, or its opening."""

    meeting: Meeting
    measures: Measures
    began_ms: int

    @property
    def heard(self) -> list[Person]:
        """Those whose microphone was, with a fair share of the talk."""
        return [one for one in self.measures.people if one.fair_share]

    @property
    def heard_share(self) -> float:
        """Of the presence of all who are measured."""
        return sum(one.heard_ms for one in self.heard) / (self.measures.presence_ms or 1)

    @property
    def measured_share(self) -> float:
        """Of the presence of all, the part of those who are measured; of whom the report does not tell it does not
        tell here."""
        measured_ms, others = self.measures.presence_ms, self.measures.others
        return measured_ms / ((measured_ms + others.presence_ms if others else measured_ms) or 1)

    @property
    def presence(self) -> list[Spans]:
        """Of those who are measured."""
        found = (self.meeting.presence.get(one.participant_id, ()) for one in self.measures.people)
        return [spans for spans in found if spans]


def _top_ratio(seen: Evidence) -> float | None:
    return max((_of_fair_share(one) for one in seen.heard), default=None) if seen.measures.talk_ms else None


def _quiet_share(seen: Evidence) -> float | None:
    quiet = sum(_of_fair_share(one) < QUIET for one in seen.heard)
    return _ratio(quiet, len(seen.heard)) if seen.measures.talk_ms else None


def _talkers_share(seen: Evidence) -> float | None:
    return _ratio(sum(bool(one.talk_ms) for one in seen.heard), len(seen.heard)) if seen.measures.talk_ms else None


def _gini_where_all_talked(seen: Evidence) -> float | None:
    """One voice among ten that is hardly heard does not make the whole uneven, and has not had its say."""
    return seen.measures.gini if _quiet_share(seen) == 0 else None


def _monologue(seen: Evidence) -> float | None:
    return max((one.longest_monologue_ms or 0 for one in seen.heard), default=None)


def interruptions_per_hour(measures: Measures) -> float | None:
    """Of talk."""
    if measures.interruptions is None or measures.talked_ms is None:
        return None
    return _ratio(measures.interruptions * HOUR_MS, measures.talked_ms)


def overlap_share(measures: Measures) -> float | None:
    """Of the talk, what two or more said at once."""
    return None if measures.talked_ms is None else _ratio(measures.overlap_ms or 0, measures.talked_ms)


def silence_share(measures: Measures) -> float | None:
    """Of the time that anybody's microphone was heard."""
    silence_ms, talked_ms = measures.silence_ms, measures.talked_ms
    return None if silence_ms is None or talked_ms is None else _ratio(silence_ms, silence_ms + talked_ms)


def _webcam_share(seen: Evidence) -> float | None:
    people = seen.measures.people
    return _ratio(sum(one.webcam_ms or 0 for one in people), sum(one.observed_ms for one in people))


def _attention_drop(seen: Evidence) -> float | None:
    """From the first to the last third of what was shown."""
    first, _, last = (_ratio(*third) for third in seen.measures.attention_by_third)
    return None if first is None or last is None else first - last


def _late_share(seen: Evidence) -> float | None:
    came_late = sum(spans[0][0] > seen.began_ms + LATE_MS for spans in seen.presence)
    return _ratio(came_late, len(seen.presence))


def _early_share(seen: Evidence) -> float | None:
    left_early = sum(spans[-1][1] < seen.meeting.span[1] - LATE_MS for spans in seen.presence)
    return _ratio(left_early, len(seen.presence))


def _length_ms(seen: Evidence) -> float | None:
    return seen.meeting.span[1] - seen.meeting.span[0]


INDICATORS: Mapping[str, Callable[[Evidence], float | None]] = {
    "top_ratio": _top_ratio,
    "gini": lambda seen: seen.measures.gini,
    "gini_where_all_talked": _gini_where_all_talked,
    "quiet_share": _quiet_share,
    "talkers_share": _talkers_share,
    "longest_monologue_ms": _monologue,
    "interruptions_per_hour": lambda seen: interruptions_per_hour(seen.measures),
    "overlap_share": lambda seen: overlap_share(seen.measures),
    "silence_share": lambda seen: silence_share(seen.measures),
    "response_gap_ms": lambda seen: seen.measures.response_gap_ms,
    "webcam_share": _webcam_share,
    "attention": lambda seen: seen.measures.attention,
    "attention_drop": _attention_drop,
    "late_share": _late_share,
    "early_share": _early_share,
    "length_ms": _length_ms,
    "covered_share": lambda seen: (seen.measures.coverage or 0) * seen.measured_share,
}


def _of_fair_share(one: Person) -> float:
    return (one.talk_share or 0) / (one.fair_share or 1)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None

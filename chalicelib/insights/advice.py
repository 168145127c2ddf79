"""Tips: a table of rules, each with the figure it rests on, its threshold and the least data it needs (D5).

The thresholds are rules of thumb, not findings. Below its minimum of data a rule says nothing: three minutes of two
people prove no habit, and one silence is not the usual one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.insights.indicators import INDICATORS, Evidence

MINUTE_MS = 60_000
DIGITS = 6


@dataclass(frozen=True)
class Rule:
    """Gives its tip where the figure reaches `threshold`, from below or, where `falling`, from above."""

    name: str
    metric: str  # in INDICATORS
    threshold: float
    falling: bool = False
    people: int = 3  # measured, at least; where talk is wanted, with their microphones
    minutes: int = 10  # of the meeting, at least
    coverage: float = 0.5  # at least; likewise
    measured: float = 0.5  # of the presence of all, that of those who are measured, at least
    talk_minutes: int = 2  # of all people together, at least
    shown_minutes: int = 0  # at least
    answers: int = 0  # after a silence that counts, at least
    third_minutes: int = 0  # measured in each third of what was shown, of all people together, at least


@dataclass(frozen=True)
class Tip:
    """What a rule found: `metric` was `value`, and `threshold` is where the tip begins."""

    rule: str
    metric: str
    value: float
    threshold: float


RULES: Sequence[Rule] = (
    Rule("low-coverage", "covered_share", 0.7, falling=True, people=1, coverage=0, measured=0, talk_minutes=0),
    Rule("one-voice", "top_ratio", 2.5),
    Rule("uneven", "gini", 0.6),
    Rule("quiet-people", "quiet_share", 0.34, people=4),
    Rule("many-listeners", "talkers_share", 0.3, falling=True, people=8),
    Rule("monologue", "longest_monologue_ms", 5 * MINUTE_MS, people=2),
    Rule("interruptions", "interruptions_per_hour", 30, people=2, talk_minutes=5),
    Rule("overlap", "overlap_share", 0.15, people=2, talk_minutes=5),
    Rule("silence", "silence_share", 0.5, people=2),
    Rule("slow-answers", "response_gap_ms", 3_000, people=2, talk_minutes=5, answers=5),
    Rule("few-webcams", "webcam_share", 0.25, falling=True, talk_minutes=0),
    Rule("low-attention", "attention", 0.5, falling=True, talk_minutes=0, shown_minutes=5),
    Rule("attention-fades", "attention_drop", 0.25, talk_minutes=0, shown_minutes=10, third_minutes=5),
    Rule("late-arrivals", "late_share", 0.25, people=4, talk_minutes=0),
    Rule("early-leavers", "early_share", 0.25, people=4, talk_minutes=0),
    Rule("long-meeting", "length_ms", 90 * MINUTE_MS, people=2, talk_minutes=0),
    Rule("well-balanced", "gini_where_all_talked", 0.2, falling=True),
)


def advise(seen: Evidence) -> list[Tip]:
    """The tips for a meeting, in the table's order."""
    return [tip for rule in RULES if (tip := _tip(rule, seen)) is not None]


def _tip(rule: Rule, seen: Evidence) -> Tip | None:
    value = INDICATORS[rule.metric](seen) if _has_enough(rule, seen) else None
    if value is None or not (value <= rule.threshold if rule.falling else value >= rule.threshold):
        return None
    return Tip(rule.name, rule.metric, round(value, DIGITS), rule.threshold)


def _has_enough(rule: Rule, seen: Evidence) -> bool:
    span, measures = seen.meeting.span, seen.measures
    people, coverage = len(measures.people), measures.coverage or 0
    if rule.talk_minutes:
        people, coverage = len(seen.heard), seen.heard_share
    return (
        people >= rule.people
        and span[1] - span[0] >= rule.minutes * MINUTE_MS
        and coverage >= rule.coverage
        and seen.measured_share >= rule.measured
        and (measures.talk_ms or 0) >= rule.talk_minutes * MINUTE_MS
        and measures.shown_ms >= rule.shown_minutes * MINUTE_MS
        and measures.answers >= rule.answers
        and min(of_ms for _, of_ms in measures.attention_by_third) >= rule.third_minutes * MINUTE_MS
    )

"""Meetings whose figures were worked out by hand. Instants are seconds of the meeting, which opens at second 0.

A meeting is `{who: (presence, talk, webcam, attention, covered, heard)}`, each "from-to from-to"; `covered` "=" is the
whole presence, `heard` "=" all that is covered. Who did not agree to be measured has a presence alone.
"""

from dataclasses import dataclass, field
from typing import Any

from chalicelib.insights.figures import Meeting
from chalicelib.insights.intervals import Spans
from chalicelib.insights.recording import Recording

OPENED_MS = 1_790_000_000_000


@dataclass(frozen=True)
class Golden:
    """`expected` has what is looked at: figures of the meeting by name, and of a person by "who.name"; seconds."""

    name: str
    length_s: int
    people: dict[str, tuple[str, ...]]
    expected: dict[str, Any]
    shown: str = ""
    why: str = field(default="", compare=False)

    def meeting(self) -> Meeting:
        presence = {who: spans(given[0]) for who, given in self.people.items()}
        return Meeting((OPENED_MS, OPENED_MS + self.length_s * 1000), presence, spans(self.shown))

    def recordings(self) -> list[tuple[str, Recording]]:
        return [(who, recording(*given)) for who, given in self.people.items() if len(given) > 1]


def spans(text: str) -> Spans:
    """Of "0-10 12.5-20", in milliseconds of the clock."""
    pairs = (part.split("-") for part in text.split())
    return tuple((OPENED_MS + round(float(a) * 1000), OPENED_MS + round(float(b) * 1000)) for a, b in pairs)


def recording(
    presence: str, talk: str = "", webcam: str = "", attention: str = "", covered: str = "=", heard: str = "="
) -> Recording:
    covered = presence if covered == "=" else covered
    return Recording(*map(spans, (talk, webcam, attention, covered, covered if heard == "=" else heard)))


# fmt: off
GOLDEN = [
    Golden(
        "two equal speakers",
        120,
        {"a": ("0-120", "0-30 60-90"), "b": ("0-120", "30-60 90-120")},
        {
            "talk_ms": 120, "silence_ms": 0, "overlap_ms": 0, "interruptions": 0, "gini": 0.0, "entropy": 1.0,
            "coverage": 1.0, "response_gap_ms": 0, "attention": None, "shown_ms": 0, "others": None,
            "a.talk_share": 0.5, "a.fair_share": 0.5, "a.turns": 2, "a.longest_monologue_ms": 30,
            "b.response_gap_ms": 0, "a.webcam_ms": 0, "a.attention_ms": None,
        },
    ),
    Golden(
        "one speaker of four",
        100,
        {"a": ("0-100", "0-80"), "b": ("0-100",  ""), "c": ("0-100", ""), "d": ("0-100", "")},
        {
            "talk_ms": 80, "silence_ms": 20, "gini": 0.75, "entropy": 0.0, "a.talk_share": 1.0, "b.talk_share": 0.0,
            "b.talk_ms": 0, "b.turns": 0, "b.longest_monologue_ms": 0, "a.fair_share": 0.25,
        },
        why="Gini of one of n alone is 1 - 1/n.",
    ),
    Golden(
        "late joiner, at their fair share",
        100,
        {"a": ("0-100", "0-40"), "b": ("50-100", "60-80")},
        {
            "a.fair_share": 0.666667, "b.fair_share": 0.333333, "a.talk_share": 0.666667, "b.talk_share": 0.333333,
            "gini": 0.0, "entropy": 1.0, "a.presence_ms": 100, "b.presence_ms": 50, "presence_ms": 150,
            "b.response_gap_ms": None, "silence_ms": 40,
        },
        why="Both talked 40 % of their time. 20 s between them: nobody answers after more than ten.",
    ),
    Golden(
        "late joiner, who outtalks the other",
        100,
        {"a": ("0-100", "0-10"), "b": ("75-100", "75-100")},
        {"a.fair_share": 0.8, "a.talk_share": 0.285714, "gini": 0.514286, "b.longest_monologue_ms": 25},
        why="Lorenz: a has .8 of presence and 10/35 of talk: 1 - (.8 * 10/35 + .2 * (10/35 + 1)) = .514286.",
    ),
    Golden(
        "overlaps: a back channel and an interruption",
        60,
        {"a": ("0-60", "0-20 30-40"), "b": ("0-60", "5-6 35-50")},
        {
            "overlap_ms": 6, "talk_ms": 46, "silence_ms": 20, "interruptions": 1, "b.interruptions": 1,
            "a.interrupted": 1, "a.interruptions": 0, "b.turns": 2, "response_gap_ms": None,
        },
        why="5-6 lies within a turn of a and takes nothing over; 35 begins within 30-40 and outlasts it.",
    ),
    Golden(
        "rejoins, and talk while away",
        100,
        {"a": ("0-30 25-40 60-100", "20-70"), "b": ("0-100", "")},
        {"a.presence_ms": 80, "a.talk_ms": 30, "a.turns": 2, "a.longest_monologue_ms": 20, "talk_ms": 30},
        why="Presence 0-40 and 60-100; of the talk 20-40 and 60-70 happened in the meeting.",
    ),
    Golden(
        "pauses under a second are bridged",
        30,
        {"a": ("0-30", "0-5 5.9-10 11-15"), "b": ("0-30", "")},
        {"a.talk_ms": 13.1, "a.turns": 2, "a.longest_monologue_ms": 10, "silence_ms": 16.9},
        why="5 to 5.9 is a pause, 10 to 11 ends the turn; the pause is no talk time.",
    ),
    Golden(
        "nobody agreed",
        600,
        {"a": ("0-600",), "b": ("0-600",), "c": ("0-300",)},
        {
            "talk_ms": None, "silence_ms": None, "overlap_ms": None, "coverage": None, "gini": None, "entropy": None,
            "people": [], "others": (3, 1500), "attention": None, "presence_ms": 0,
        },
    ),
    Golden(
        "one alone did not agree: not told at all",
        60,
        {"a": ("0-60", "0-10"), "b": ("0-60", "10-20"), "c": ("0-60",)},
        {"others": None, "presence_ms": 120, "a.fair_share": 0.5, "timeline.present": [2]},
    ),
    Golden(
        "attention while something was shown",
        100,
        {
            "a": ("0-100", "", "0-100", "0-100"), "b": ("0-100", "", "10-40", "20-30 70-90"),
            "c": ("30-100", "", "", "", "60-100"), "d": ("0-20", "", "", "0-20"),
        },
        {
            "shown_ms": 60, "a.attention_ms": 60, "a.attention_of_ms": 60, "b.attention_ms": 20, "b.webcam_ms": 30,
            "c.attention_ms": 0, "c.attention_of_ms": 20, "d.attention_ms": None, "attention": 0.571429,
            "c.coverage": 0.571429, "coverage": 0.896552,
            "attention_by_third": [(30_000, 40_000), (20_000, 40_000), (30_000, 60_000)],
        },
        shown="20-60 60-80",
        why="c saw 60-80 of it measured; d had gone before. 80 of 140 s; covered 100 + 100 + 40 + 20 of 290 s.",
    ),
    Golden(
        "missing batches are missing",
        180,
        {"a": ("0-180", "10-20 130-140", "", "", "0-60 120-180"), "b": ("0-180", "", "", "", "")},
        {
            "a.coverage": 0.666667, "b.coverage": 0.0, "coverage": 0.333333, "b.talk_ms": None, "b.talk_share": None,
            "b.webcam_ms": None, "a.timeline.talk_ms": [10, None, 10], "timeline.silence_ms": [50, None, 50],
            "gini": None, "a.talk_share": 1.0, "timeline.present": [2, 2, 2],
        },
    ),
    Golden(
        "a camera without a microphone, and one for half the time",
        120,
        {
            "a": ("0-120", "0-30"), "b": ("0-120", "70-90", "", "", "=", "60-120"),
            "c": ("0-120", "", "0-90", "", "=", ""),
        },
        {
            "c.talk_ms": None, "c.talk_share": None, "c.fair_share": None, "c.turns": None, "c.interrupted": None,
            "c.longest_monologue_ms": None, "c.timeline.talk_ms": [None, None], "c.webcam_ms": 90, "c.heard_ms": 0,
            "c.timeline.webcam_ms": [60, 30], "c.coverage": 1.0, "b.timeline.talk_ms": [None, 20], "b.heard_ms": 60,
            "a.fair_share": 0.666667, "b.fair_share": 0.333333, "a.talk_share": 0.6, "gini": 0.066667,
            "silence_ms": 70, "coverage": 1.0,
        },
        why="Heard are 120 of a and 60 of b. Lorenz, a first: 1 - (2/3 * .6 + 1/3 * (.6 + 1)) = .066667.",
    ),
    Golden(
        "cameras alone: no microphone was heard",
        120,
        {"a": ("0-120", "", "0-90", "", "=", ""), "b": ("0-120", "", "0-60", "", "=", ""), "c": ("0-120",)},
        {
            "talk_ms": None, "talked_ms": None, "silence_ms": None, "overlap_ms": None, "interruptions": None,
            "timeline.talk_ms": [None, None], "timeline.silence_ms": [None, None], "coverage": 1.0, "gini": None,
            "a.talk_ms": None, "a.webcam_ms": 90, "presence_ms": 240,
        },
        why="Nobody knows whether anybody talked.",
    ),
    Golden(
        "one person",
        90,
        {"a": ("0-90", "0-45", "0-90")},
        {
            "gini": None, "entropy": None, "a.talk_share": 1.0, "a.fair_share": 1.0, "silence_ms": 45,
            "a.webcam_ms": 90, "a.timeline.webcam_ms": [60, 30], "response_gap_ms": None,
        },
    ),
    Golden(
        "empty",
        600,
        {},
        {"people": [], "others": None, "presence_ms": 0, "coverage": None, "timeline.present": [0] * 10},
    ),
    Golden(
        "two hundred people, four talk",
        1000,
        {f"p{n:03}": ("0-1000", f"{n * 100}-{n * 100 + 100}" if n < 4 else "") for n in range(200)},
        {"gini": 0.98, "entropy": 0.261648, "talk_ms": 400, "p000.talk_share": 0.25, "p199.fair_share": 0.005},
        why="Four of 200 at a quarter each: 1 - 4/200; H = log 4 / log 200.",
    ),
    Golden(
        "response gaps: the median of the answers",
        100,
        {"a": ("0-100", "0-10 22-30 50-60"), "b": ("0-100", "11-20 33-40 62-70"), "c": ("0-100", "80.5-90")},
        {
            "response_gap_ms": 2, "b.response_gap_ms": 2, "a.response_gap_ms": 6, "c.response_gap_ms": None,
            "interruptions": 0, "answers": 5,
        },
        why="b answers after 1, 3, 2; a after 2 and 10; c after 10.5, too late. Of 1 2 2 3 10 the median is 2.",
    ),
    Golden(
        "the floor passes twice without silence",
        60,
        {"a": ("0-60", "0-10"), "b": ("0-60", "5-20"), "c": ("0-60", "8-30")},
        {"interruptions": 2, "a.interrupted": 1, "b.interruptions": 1, "b.interrupted": 1, "c.interruptions": 1,
         "overlap_ms": 15, "c.interrupted": 0},
        why="b and c wait for a; b began first and has the floor from 10 to 20, then c. Two at once 5-20.",
    ),
    Golden(
        "two who begin at once interrupt nobody",
        60,
        {"a": ("0-60", "10-20"), "b": ("0-60", "10-30")},
        {"interruptions": 0, "overlap_ms": 10},
    ),
]
# fmt: on

"""How a report's figures are written and drawn (D4, G5)."""

import json

import pytest

from chalicelib.insights.indicators import INDICATORS
from tests.support.javascript import evaluated

LENGTHS = [None, 0, 240, 9_949, 42_400, 59_600, 65_000, 3_600_000, 4_825_000, 36_000_000]


def test_lengths_are_read_in_two_units_at_most() -> None:
    """D4: what nobody measured is a dash, not a zero."""
    written = evaluated("insights/format.js", f"{json.dumps(LENGTHS)}.map(ms => m.formats('en')('length', ms))")
    assert written == [
        "–", "0 sec", "0.2 sec", "9.9 sec", "42 sec", "1 min", "1 min 5 sec", "1 hr", "1 hr 20 min", "10 hr",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "expected"),
    [("fr", ["1 h 20 min", "43 %", "0,71"]), ("ru", ["1 ч 20 мин", "43 %", "0,71"])],
)
def test_figures_are_written_as_the_language_does(language: str, expected: list[str]) -> None:
    """G5: units, percent and decimals."""
    asked = "[['length', 4825000], ['share', 0.433], ['index', 0.714]]"
    written = evaluated("insights/format.js", f"{asked}.map(one => m.formats('{language}')(...one))")
    assert [one.replace("\xa0", " ").replace("\u202f", " ") for one in written] == expected


def test_pictures_leave_gaps_where_nothing_was_measured() -> None:
    """D3, D4: a gap is no zero; a line breaks there, and a lone step is still seen."""
    assert evaluated("insights/chart.js", "m.bars([null, 0, 30, 90], 60)") == "M2 1v-0.5h1v0.5zM3 1v-1h1v1z"
    assert evaluated("insights/chart.js", "m.gaps([null, 0, null])") == "M0 1v-1h1v1zM2 1v-1h1v1z"
    assert evaluated("insights/chart.js", "m.line([1, 0.5, null, 0.25])") == "M0.5 0L1.5 0.5M3 0.75h1"


def test_the_highest_bar_is_never_higher_than_its_scale() -> None:
    """D4, G5: the top is a step of talk, or more where several talked in one; of a trend it is the largest figure."""
    tops = evaluated("insights/svg.js", "[[5, null], [72, 60], []].map(talk_ms => m.topOf({ step_ms: 60, talk_ms }))")
    assert tops == [60, 72, 60]
    assert evaluated("insights/svg.js", "[[0.8, null, 0.5], [0, null], []].map(m.topOfCourse)") == [0.8, 0, 0]


@pytest.mark.parametrize(("days", "dated"), [(0, [False, False]), (2, [True, True])])
def test_a_meeting_of_days_says_of_which_its_instants_are(days: int, dated: list[bool]) -> None:
    """D1, D4: nine o'clock of Monday is not that of Wednesday; where all is of one day, that is said above."""
    noon = "const noon = new Date(2026, 8, 21, 12).getTime(), later = noon + days * 86_400_000 + 60_000;"
    written = "(time => [time(noon), m.fromTo({ from_ms: noon, to_ms: later }, time)])(m.timesWithin(noon, later))"
    [axis, stay] = evaluated("insights/times.js", written, f"const days = {days}; {noon}")
    assert ["21" in axis, "23" in stay] == dated
    assert axis in stay


def test_a_stay_of_an_hour_names_its_day_once() -> None:
    """D1: in a meeting of days."""
    noon = "const noon = new Date(2026, 8, 21, 12).getTime();"
    time = "m.timesWithin(noon, noon + 2 * 86_400_000)"
    stay = evaluated("insights/times.js", f"m.fromTo({{ from_ms: noon, to_ms: noon + 3_600_000 }}, {time})", noon)
    assert stay.count("2026") == 1


def test_pictures_are_told_in_words() -> None:
    """G5: the minutes in which somebody talked; of longer steps, all their minutes."""
    assert evaluated("insights/chart.js", "m.stretches([5, 5, 0, null, 1])") == "1–2, 5"
    assert evaluated("insights/chart.js", "m.stretches([5, 0, 1, 1], 2)") == "1–2, 5–8"


def test_what_was_not_measured_is_told_beside_the_picture() -> None:
    """D3, G5: of somebody measured for two of six minutes nobody says that they did not talk in the meeting."""
    steps = {
        "both": [0, 5, None, None, 0, None],
        "quiet": [0, 0, None, None, None, None],
        "all": [0, 1],
        "deaf": [None, None],
    }
    told = "m.told({talk_ms: one}, 60_000)"
    assert evaluated("insights/people.js", f"{json.dumps(list(steps.values()))}.map(one => {told})") == [
        "Talked in the minutes 2; not measured, or not there, in the minutes 3–4, 6",
        "Did not talk; not measured, or not there, in the minutes 3–6",
        "Talked in the minutes 2",
        "Talk was not measured",
    ]


def test_every_figure_that_tips_rest_on_is_read_as_what_it_is() -> None:
    """D5: lengths as lengths, shares as percent, the rest as numbers."""
    names = sorted(INDICATORS)
    kinds = evaluated("insights/figures.js", f"{names!r}.map(m.kindOfMetric)")
    indices = [name for name, kind in zip(names, kinds, strict=True) if kind == "index"]
    assert indices == ["gini", "gini_where_all_talked", "interruptions_per_hour", "top_ratio"]
    assert [name for name, kind in zip(names, kinds, strict=True) if kind == "length"] == [
        name for name in names if name.endswith("_ms")
    ]


def test_how_far_two_shares_are_apart_is_said_in_points() -> None:
    """D5: attention that falls from 40 to 15 % is 25 points lower, not lower by 25 %."""
    assert evaluated("insights/figures.js", 'm.kindOfMetric("attention_drop")') == "points"
    assert evaluated("insights/format.js", 'm.formats("en")("points", 0.25)') == "25"

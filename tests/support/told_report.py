"""A report as its page gets it from the API: of a made-up meeting, measured and put together by the real code."""

from dataclasses import replace
from typing import Any

import msgspec

from chalicelib.insights.figures import Measures
from chalicelib.insights.intervals import length
from chalicelib.insights.report import read_part, write_report
from chalicelib.insights.schemas import (
    AttendanceView,
    AttendeeView,
    MeetingView,
    ReportPage,
    Stay,
)
from chalicelib.insights.trend import Point, point_of
from chalicelib.insights.views import report_view
from tests.support.golden import OPENED_MS, Golden

MEETING = "m" * 22
MINUTES = 96
NAMES = {
    "ada": "Ada Lovelace",
    "ben": "Ben",
    "dov": "Дмитрий Иванович",
    "eve": "Ève-Marie de la Tour",
}  # of cyd no more


def planning() -> Golden:
    """Ada talks most of the time; half of it was measured by Cyd's browser; Fay and Gus did not agree."""
    end = MINUTES * 60
    ada = " ".join(f"{at}-{at + 70 + at % 110}" for at in range(0, end - 300, 240))
    ben = " ".join(f"{at}-{at + 25}" for at in range(215, end, 480))
    people = {
        "ada": (f"0-{end}", ada, f"0-{end}", "600-3000"),
        "ben": (f"30-{end}", ben, "", "600-1300 2400-2700"),
        "cyd": (f"60-{end}", "1400-1420", "", "600-2000", f"60-{end // 2}"),
        "dov": (f"420-{end - 900}", "5000-5033", "420-2000", "600-900"),
        "eve": (f"0-{end}", "100-100.4 2000-2012", "", ""),
        "fay": (f"0-{end}",),
        "gus": (f"0-{end // 2}",),
    }
    return Golden("planning", end, people, {}, shown="600-3000")


def _points(summary: Measures) -> list[Point]:
    """Four meetings, ever more even; of the second nothing shown."""
    attention = (0.2, None, 0.5, 0.6)
    return [point_of(str(at) * 22, replace(summary, gini=0.8 - 0.1 * at, attention=attention[at])) for at in range(4)]


def told(golden: Golden) -> dict[str, Any]:
    """The answers of the routes: `list`, `attendance`, `pages` of the report and its first, `report`, and others."""
    given = golden.meeting()
    parts = [read_part(one) for one in write_report(given, golden.recordings(), given.span[0])]
    [first, *others] = parts
    meeting = MeetingView(MEETING, "Planning the spring", *given.span, OPENED_MS, "ready")
    nexts = [*(str(number + 1) for number, _ in enumerate(others)), None]
    pages = [ReportPage("ready", report_view(part, NAMES), after) for part, after in zip(parts, nexts, strict=True)]
    there = [
        AttendeeView(one, NAMES.get(one), None, [Stay(*stay) for stay in spans], length(spans))
        for one, spans in given.presence.items()
    ]
    answers = {
        "list": {"meetings": [meeting], "next": None},
        "attendance": AttendanceView(meeting, there),
        "report": pages[0],
        "pages": pages,
        "trend": _points(first.summary) if first.summary else [],
        "mine": {"captured": True, "agreed": True, "step_ms": 120_000, "figures": first.people[0]},
    }
    found: dict[str, Any] = msgspec.to_builtins(answers)
    return found

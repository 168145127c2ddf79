"""A report saved as a file: what is in it is the report, and nothing in it runs (D12)."""

import csv
import io
import json
import re
from typing import Any

import pytest

from tests.support.javascript import evaluated
from tests.support.told_report import planning, told

NASTY = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "'",
    'a "quoted", name\r\nof two lines', "=\"a\",b",
    "x;=1+1;y", 'x;"=1+1;y', "x;'=1", "x\t=1+1", "x\n+1", "x;\t＝1", "a; b", "a;b",
    "Ève", "1,5", "", None,
]  # fmt: skip
APOSTROPHE = re.compile(r"(^|[;\t\r\n])'")  # that the export has added
TEXTS = {"row", "name", "participant_id", "title", "meeting_id", "rule", "metric"}


def whole() -> dict[str, Any]:
    """A report as the page puts it together, with names that somebody made up to harm."""
    answers = told(planning())
    report, meeting = answers["report"]["report"], answers["list"]["meetings"][0]
    people = [{**one, "name": name} for name, one in zip(NASTY, report["people"] * 5, strict=False)]
    kept = {key: value for key, value in meeting.items() if key != "status"}
    return {"meeting": {**kept, "title": "=cmd|' /C calc'!A0"}, **report, "people": people}


def written(report: dict[str, Any]) -> str:
    text = str(evaluated("insights/spreadsheet.js", f"m.csvOf({json.dumps(report)})"))
    assert text.startswith("\ufeff")
    return text.removeprefix("\ufeff")


def table(report: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(report), newline=""), strict=True))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_taken_for_a_formula(separator: str) -> None:
    """D12: what begins like one stands behind an apostrophe, wherever it is; also where cells end at a semicolon, as in
    French and Russian spreadsheets, or at a tab.
    """
    rows = csv.reader(io.StringIO(written(whole()), newline=""), delimiter=separator)
    cells = [cell for row in rows for cell in row]
    assert any("=1+1" in cell for cell in cells)
    assert [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n", "＝"}] == []


def test_the_table_read_again_is_the_report() -> None:
    """D12: every figure, to the last digit; every name, to the last apostrophe."""
    report = json.loads(json.dumps(whole()))
    rows = table(report)
    meeting, tips, people = (
        [value_of(row) for row in rows if row["row"] == kind] for kind in ("meeting", "tip", "person")
    )
    expected = report["meeting"] | report["summary"]
    assert only(meeting[0], expected) == filled(expected)
    assert [only(found, tip) for found, tip in zip(tips, report["tips"], strict=True)] == report["tips"]
    for found, one in zip(people, report["people"], strict=True):
        flat = {"name": one["name"], **one["figures"]}
        assert only(found, flat) == filled(flat)


PARTS = """
const named = names => names.map(name => ({ name }));
const part = (next, summary, ...names) => ({ next, report: { summary, tips: [], people: named(names) } });
const first = part("1", { presence_ms: 9 }, "Ada"), second = part("2", null, "Ben"), third = part(null, null, "Cyd");
const anew = { status: "assembling" }, reduced = part("1", { presence_ms: 6 }, "Ada");
const refused = new m.Refused(422, { type: "/problems/invalid" }, null);
const pages = { "": [first, first], 1: [second], 2: [third] };
const read = async (after = "") => {
  const page = pages[after].shift();
  if (page === refused) throw page;
  return page;
};
const { readWhole, TOLD_ANEW } = await module("insights/whole.js"), { kindOf } = await module("problems.js");
const kept = found => [found.summary.presence_ms, ...found.people.map(one => one.name)];
"""


def test_a_report_of_many_parts_is_saved_whole() -> None:
    """D12: everybody of every part, once."""
    assert evaluated("api.js", "readWhole(read).then(kept)", PARTS) == [9, "Ada", "Ben", "Cyd"]


@pytest.mark.parametrize(
    "meanwhile",
    [
        'pages[""] = [anew]',
        "pages[2] = [anew]",
        'pages[""][1] = anew',
        'pages[""][1] = reduced',
        "pages[2] = [refused]",
    ],
)
def test_a_report_that_is_being_told_anew_is_not_saved(meanwhile: str) -> None:
    """D12: not without its people, nor put together of two: whoever saves it is told what to do."""
    saved = "readWhole(read).then(kept, error => TOLD_ANEW[kindOf(error)])"
    assert evaluated("api.js", saved, f"{PARTS} {meanwhile};") == "report.told-anew"


def value_of(row: dict[str, str]) -> dict[str, Any]:
    """The row as it was before: dotted columns as parts, an empty cell as nothing."""
    made: dict[str, Any] = {}
    for column, cell in row.items():
        *path, last = column.split(".")
        part = made
        for step in path:
            part = part.setdefault(step, {})
        part[last] = (APOSTROPHE.sub(r"\1", cell) or None) if column in TEXTS else json.loads(cell or "null")
    return made


def only(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """Without the columns of other rows, which must be empty."""
    made = dict[str, Any]()
    for key, value in found.items():
        if isinstance(value, dict) and isinstance(expected.get(key), dict):
            made[key] = only(value, expected[key])
        elif key in expected:
            made[key] = value
        else:
            assert key == "row" or value is None or not any(value.values()), (key, value)
    return made


def filled(expected: dict[str, Any]) -> dict[str, Any]:
    """No name and an empty one are both an empty cell."""
    return {key: None if value == "" else value for key, value in expected.items()}

"""docs/api.md as data: its tables, row by row."""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
LATER = "(later)"


@dataclass(frozen=True)
class Row:
    """A row's cells without their marks; `later` where what it says is not built yet."""

    cells: tuple[str, ...]
    later: bool


def rows(section: str) -> list[Row]:
    """The rows of the first table under the heading `section`; the names of groups are left out."""
    text = re.split(rf"^## {re.escape(section)}$", PAGE.read_text("utf-8"), maxsplit=1, flags=re.MULTILINE)[1]
    table = re.search(r"^\|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    if table is None:
        raise ValueError(f"no table under {section}")
    lines = [line for line in table[1].splitlines() if not line.startswith("| **")]
    return [_row(line) for line in lines]


def _row(line: str) -> Row:
    cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
    return Row(tuple(cells), later=cells[-1] == LATER)

"""Lists page by page: `next` of one page is the `after` of the one that follows. Most are stored in numbered parts."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from chalicelib.runtime.errors import Invalid

Row = TypeVar("Row")


def next_of(number: int | None) -> str | None:
    """The `next` that leads to a part."""
    return None if number is None else str(number)


def part_number(after: str | None) -> int:
    """The part that `after` asks for. Raises Invalid for what is no `next`."""
    if after is None:
        return 0
    if not after.isascii() or not after.isdecimal() or len(after) > 6:
        raise Invalid("after is not the next of a page.")
    return int(after)


def filled(rows: Iterable[Row], at_most: int) -> list[Row]:
    """The first of them, as many as are at most so many bytes of JSON; one at least, where there is any."""
    page, taken = list[Row](), 0
    for row in rows:
        taken += len(msgspec.json.encode(row)) + 1
        if page and taken > at_most:
            break
        page.append(row)
    return page

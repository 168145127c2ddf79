"""Lists that are stored in numbered parts, page by page: `next` of one page is the `after` of the one that follows."""

from chalicelib.runtime.errors import Invalid


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

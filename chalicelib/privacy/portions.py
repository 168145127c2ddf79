"""What an export holds, in portions of bounded size. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

PORTION_MAX = 300_000  # bytes: an item holds 400 KB, an answer 5 MB


class Held(msgspec.Struct):
    """One record: the `kind` of its lifetime, as the retention page names it, what it is called, and what it says."""

    kind: str
    record: str
    expires_at_ms: int
    content: dict[str, Any]


def chunks(one: Held) -> list[bytes]:
    """As JSON; of one that is too large several, each with a stretch of its longest list."""
    written, longest = msgspec.json.encode(one), _longest(one.content)
    if len(written) <= PORTION_MAX or longest is None:
        return [written]
    values = one.content[longest]
    halves = values[: len(values) // 2], values[len(values) // 2 :]
    parts = (msgspec.structs.replace(one, content={**one.content, longest: half}) for half in halves)
    return [chunk for part in parts for chunk in chunks(part)]


def portions(written: Iterable[bytes]) -> Iterator[bytes]:
    """JSON lists of them, each at most PORTION_MAX unless one alone is larger."""
    group, size = list[bytes](), 2
    for chunk in written:
        if group and size + len(chunk) + 1 > PORTION_MAX:
            yield _listed(group)
            group, size = [], 2
        group.append(chunk)
        size += len(chunk) + 1
    if group:
        yield _listed(group)


def read_portion(content: bytes) -> list[Held]:
    return msgspec.json.decode(content, type=list[Held])


def _listed(group: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(group) + b"]"


def _longest(content: Mapping[str, Any]) -> str | None:
    """The name of the list, of two values at least, that takes most of it."""
    lists = {name: len(value) for name, value in content.items() if isinstance(value, list | tuple) and len(value) > 1}
    return max(lists, key=lambda name: lists[name], default=None)

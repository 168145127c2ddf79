"""Bodies are parsed once, at the edge: strict JSON into a schema, or a clear refusal."""

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar

import msgspec

from chalicelib.runtime.errors import FieldError, Invalid, TooLarge, Unreadable

T = TypeVar("T")
JSON_MAX = 65_536  # bytes, where a route says nothing else
DEPTH_MAX = 100  # levels of nesting: far beyond any schema; what the interpreter bears differs by its version
_AT = re.compile(r"^(?P<reason>.*?)(?: - at `(?P<at>[^`]*)`)?$", re.DOTALL)


def parse_json(raw: bytes, schema: type[T], most: int = JSON_MAX) -> T:
    """`raw` as `schema`. Raises TooLarge, Unreadable (not strict JSON) or Invalid (naming the field)."""
    if len(raw) > most:
        raise TooLarge(f"Send at most {most} bytes.")
    return convert(strict_json(raw), schema)


def convert(value: Any, schema: type[T]) -> T:
    """A parsed value as `schema`. Raises Invalid naming the field."""
    try:
        return msgspec.convert(value, schema)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from error


def strict_json(raw: bytes) -> Any:
    """RFC 8259 and no more: no NaN, no doubled keys, no overflow, no bottomless nesting. Raises Unreadable."""
    try:
        return _whole(_shallow(_parsed(raw.decode())), raw)
    except (ValueError, RecursionError) as error:
        raise Unreadable("The body must be one JSON document in UTF-8.") from error


def _parsed(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_finite)


def _shallow(value: Any) -> Any:
    """`value` unless it is nested deeper than DEPTH_MAX."""
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return value
    raise ValueError("nested too deeply")


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _whole(value: Any, raw: bytes) -> Any:
    """`value` if its texts are: half a surrogate pair, which only an escape can bring, is no text to store or show."""
    if b"\\u" in raw:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key appears twice")
    return made


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _invalid(message: str) -> Invalid:
    found = _AT.match(message)
    reason, at = (found["reason"], found["at"]) if found else (message, None)
    return Invalid("A field of the body is not as described.", errors=[FieldError(at or "$", reason)])

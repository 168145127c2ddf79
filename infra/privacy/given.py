"""What the operator's commands are given: refused in words, before anything is done or put on record."""

import argparse
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from chalicelib.runtime import clock

REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:#/-]{0,63}")  # a number or a reference; no address, no sentence


class Refused(Exception):
    """What was given is not what it should be; says so."""


def request_id(text: str) -> str:
    if REQUEST_ID.fullmatch(text) is None:
        raise argparse.ArgumentTypeError("a reference of letters, digits and .-_:#/ alone: no address, nothing else")
    return text


def day(text: str) -> int:
    """The beginning of a day, as 2026-11-22, in UTC, epoch ms; none that is to come."""
    try:
        begin_ms = day_ms(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("a day, as 2026-11-22") from error
    if begin_ms > clock.now():
        raise argparse.ArgumentTypeError("a day that has come")
    return begin_ms


def day_ms(text: str) -> int:
    """The beginning of a day in UTC, epoch ms. Raises ValueError."""
    return int(datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC).timestamp() * 1_000)


def new_file(text: str) -> Path:
    path = Path(text)
    if path.exists() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError("a new file in a folder that is there")
    return path


def object_in(path: Path) -> dict[str, Any]:
    """The JSON object in that file. Raises Refused."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read as JSON.") from error
    if not isinstance(found, dict):
        raise Refused(f"{path} does not hold what this command reads.")
    return found


def keys_in(path: Path) -> Mapping[str, str]:
    """The answer of GET /v1/receipts/key. Raises Refused."""
    listed = object_in(path).get("keys")
    if not isinstance(listed, list) or not all(
        isinstance(one, dict) and {"key_id", "key"} <= set(one) for one in listed
    ):
        raise Refused(f"{path} is not the answer of GET /v1/receipts/key.")
    return {str(one["key_id"]): str(one["key"]) for one in listed}

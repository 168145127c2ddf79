"""What people agree to, in their language: texts/<language>.json lists each purpose's versions, the newest last.

A text that someone may have agreed to is never changed: a change of meaning is a new version.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from chalicelib.runtime.consent import PurposeName
from chalicelib.runtime.languages import DEFAULT

TEXTS = Path(__file__).parent / "texts"


def version(purpose: PurposeName) -> int:
    """Of the text in force, counted from 1."""
    return len(_versions(DEFAULT)[purpose])


def text(purpose: PurposeName, language: str) -> str:
    """The text in force."""
    return _versions(language)[purpose][-1]


@lru_cache(maxsize=3)
def _versions(language: str) -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = json.loads((TEXTS / f"{language}.json").read_text("utf-8"))
    return found

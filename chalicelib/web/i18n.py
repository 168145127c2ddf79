"""Texts of the pages in the reader's language, from messages/{en,fr,ru}.json."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

LANGUAGES = {"en": "English", "fr": "Français", "ru": "Русский"}
DEFAULT = "en"
MESSAGES = Path(__file__).parent / "messages"

Catalogue = Mapping[str, str | Mapping[str, str]]


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Catalogue:
    """Key → text, or → {plural category: text} where a number decides the wording."""
    texts = json.loads((MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    return MappingProxyType(texts)


def text(language: str, key: str) -> str:
    """Raises KeyError for a key no catalogue has, TypeError for a text that needs a number."""
    found = catalogue(language)[key]
    if not isinstance(found, str):
        raise TypeError(f"{key} depends on a number")
    return found


def choose_language(asked: str | None, accept_language: str | None) -> str:
    """`asked` (?lang=) if it is ours, else the best of Accept-Language (RFC 9110), else English."""
    if asked in LANGUAGES:
        return asked
    ranked = sorted(_ranges(accept_language or ""), key=lambda found: -found[1])
    return next((code for code, quality in ranked if quality > 0 and code in LANGUAGES), DEFAULT)


def _ranges(header: str) -> list[tuple[str, float]]:
    return [_range(part) for part in header.split(",")]


def _range(part: str) -> tuple[str, float]:
    tag, _, parameter = part.partition(";")
    code = tag.strip().lower().split("-")[0]
    try:
        quality = float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        return code, 0.0
    return code, quality

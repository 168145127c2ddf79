"""Texts of the pages in the reader's language, from messages/{en,fr,ru}.json."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from chalicelib.runtime.languages import choose_language

__all__ = ["LANGUAGES", "catalogue", "choose_language", "text"]

LANGUAGES = {"en": "English", "fr": "Français", "ru": "Русский"}
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

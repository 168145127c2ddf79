"""Texts of the pages in the reader's language, from messages/{en,fr,ru}.json."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from chalicelib.runtime.languages import choose_language

__all__ = ["LANGUAGES", "catalogue", "choose_language", "counted", "text"]

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


def counted(language: str, key: str, count: int) -> str:
    """A text that needs a number, with it. Raises KeyError for a key no catalogue has, TypeError for one without."""
    found = catalogue(language)[key]
    if isinstance(found, str):
        raise TypeError(f"{key} depends on no number")
    return found[plural_category(language, count)].replace("{count}", str(count))


def plural_category(language: str, count: int) -> str:
    """CLDR's for a whole number, as Intl.PluralRules gives it."""
    if language == "ru":
        ones, tens = count % 10, count % 100
        if ones == 1 and tens != 11:
            return "one"
        return "few" if 2 <= ones <= 4 and not 12 <= tens <= 14 else "many"
    if language == "fr" and count and count % 1_000_000 == 0:
        return "many"
    return "one" if count == 1 or (language == "fr" and count == 0) else "other"

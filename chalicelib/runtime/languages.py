"""The languages Earshot speaks, and which of them a reader wants."""

from typing import Literal, get_args

Language = Literal["en", "fr", "ru"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "en"


def choose_language(asked: str | None, accept_language: str | None) -> Language:
    """`asked` if it is ours, else the best of Accept-Language (RFC 9110), else English."""
    if (exact := _ours(asked)) is not None:
        return exact
    ranked = sorted(_ranges(accept_language or ""), key=lambda found: -found[1])
    known = (_ours(code) for code, quality in ranked if quality > 0)
    return next((code for code in known if code is not None), DEFAULT)


def _ours(code: str | None) -> Language | None:
    return next((one for one in LANGUAGES if one == code), None)


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

"""What was handed out about somebody in a calendar year (California Civil Code 1798.83), from the ledger."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from chalicelib.privacy.disclosures import disclosed_between
from chalicelib.privacy.rules import Handed
from chalicelib.runtime.disclosure import Ground
from chalicelib.runtime.errors import FieldError, Invalid
from chalicelib.runtime.holdings import Person

TEXTS = Path(__file__).parent / "rights_texts"
MARKETING = frozenset[str]()  # grounds on which anybody may market by it: there is none


@dataclass(frozen=True)
class Statement:
    """`marketed`: the categories that third parties were given for their direct marketing."""

    year: int
    marketed: list[str]
    handed: list[Handed]


def state(person: Person, year: int | None, *, now: int) -> Statement:
    """On that year, in UTC; the last that is over, if none is given. Raises Invalid where not all is known."""
    present = datetime.fromtimestamp(now / 1_000, UTC).year
    year = present - 1 if year is None else year
    if not present - 1 <= year <= present:  # entries live two years: of the year before that some are gone
        raise Invalid("Ask for this year, or the last.", errors=[FieldError("year", "not on record")])
    found = disclosed_between(person, _begin_ms(year), _begin_ms(year + 1), now=now)
    times = Counter((str(one.ground), str(one.to), str(one.what)) for one in found)
    handed = [Handed(*what, number) for what, number in sorted(times.items())]
    return Statement(year, sorted({one.what for one in handed if one.ground in MARKETING}), handed)


def in_words(statement: Statement, language: str) -> str:
    """Raises KeyError where a ground that is none has crept in: there are no words for it."""
    strangers = {one.ground for one in statement.handed} - {one.value for one in Ground}
    if strangers or statement.marketed:
        raise KeyError(*strangers, *statement.marketed)
    return _words(language).format(year=statement.year)


def _begin_ms(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000


@lru_cache(maxsize=3)
def _words(language: str) -> str:
    return str(json.loads((TEXTS / f"{language}.json").read_text("utf-8"))["statement"])

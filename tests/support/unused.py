"""Nobody has used anything for 180 days, while the reaper came as it should: nothing of anybody is left (F5)."""

from chalicelib.lifetimes import DAY, PERSONAL_DATA
from tests.support import traces
from tests.support.erasures import finish
from tests.support.leaving import erasures
from tests.support.passing import pass_with_reaper
from tests.support.planted import Somebody
from tests.support.town import Town

BRIEF_MS = 60 * DAY  # what was over by then, of a day at most, waits for TTL, with an opaque name


def pass_half_a_year(town: Town) -> None:
    """And what was begun for those who had not come back is seen through."""
    town.deliver()  # what waits in a queue waits for minutes
    last_ms = max(max(one.used_ms, one.account_used_ms, one.seen_ms) for one in town.everybody())
    pass_on(town, PERSONAL_DATA.deadline(last_ms) - town.now)


def pass_on(town: Town, ms: int) -> None:
    """With the reaper, and the workflows that it starts."""
    begun = len(erasures(town))

    def see_through() -> None:
        nonlocal begun
        started, begun = erasures(town)[begun:], len(erasures(town))
        for one in started:
            finish(one.given["erasure_id"], town.now)

    pass_with_reaper(town.world, town.memory, ms, see_through)


def search(town: Town) -> None:
    """No text of anybody is left, and no name under which anything has known them."""
    for who in town.everybody():
        left = [
            row for row in traces.in_tables(town.memory, town.truth.of(who) | who.ids) if not _stays(row, who, town)
        ]
        assert not left, left
    assert town.memory.items("accounts") == []


def _stays(row: str, who: Somebody, town: Town) -> bool:
    until_ms = int(row.partition("'expires_at_ms': {'N': '")[2].partition("'")[0])
    return until_ms < town.now - BRIEF_MS and not any(text in row for text in town.truth.of(who))

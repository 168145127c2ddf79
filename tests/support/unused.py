"""Nobody has used anything for 180 days, while the reaper came as it should: nothing of anybody is left (F5)."""

from chalicelib.lifetimes import DAY, MINUTE, PERSONAL_DATA
from chalicelib.privacy.erasing_models import find_erasing
from tests.support import traces
from tests.support.leaving import erasures
from tests.support.passing import pass_with_reaper
from tests.support.planted import Somebody
from tests.support.town import Town
from tests.support.workflows import functions_of

BRIEF_MS = 60 * DAY  # what was over by then, of a day at most, waits for TTL, with an opaque name


def pass_half_a_year(town: Town) -> None:
    """And what was begun for those who had not come back is seen through."""
    last_ms = max(max(one.used_ms, one.account_used_ms, one.seen_ms) for one in town.everybody())
    pass_with_reaper(town.world, town.memory, PERSONAL_DATA.deadline(last_ms) - town.now - 10 * MINUTE)
    functions = functions_of(town.world.app)
    for begun in erasures(town):
        found = find_erasing(begun.given["erasure_id"], now=town.now)
        if found is not None and not found.receipt:
            while functions["erase_held"](begun.given)["more"]:
                pass
            assert functions["check_erased"](begun.given) == {"left": 0}
            functions["finish_erasure"](begun.given)
    town.world.clock.advance(10 * MINUTE)


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

"""A crowded network: too many clips for each to look at all, so one matcher looks for everybody.

Clips are spread over cells of two seconds and sixteen partitions each. Whoever arrives calls a round unless one is
called; the round closes its call first and reads then, so that a clip it does not see has called the next one. It
ranks the cell's clips by their signatures and hands each its hundred likeliest, to be compared in small batches.
"""

import uuid
from collections.abc import Sequence
from functools import partial

from chalicelib.joining import lazily
from chalicelib.joining.models import (
    CANDIDATES,
    Candidates,
    ClipId,
    Listing,
    Notice,
    candidates,
    listings,
    notices,
)
from chalicelib.joining.rules import OVERLAP_MIN_MS, Span
from chalicelib.lifetimes import CROWD_ROUND
from chalicelib.runtime.parallel import together
from chalicelib.runtime.queues import send_later

CELL_MS = OVERLAP_MIN_MS  # clips of at most 4 s that share 2 s begin in the same cell or the next
SHARDS = 16  # partitions a cell: 1 000 clips a second write 63 units a second to each
TOP = 100
COMPARE_TOGETHER = 10  # clips a message
ROUND_DELAY_S = 1  # lets a burst arrive before it is read
QUEUE = "crowd"
CALLED = "called"


def cell_of(span: Span) -> int:
    return span.start_ms // CELL_MS


def cell_name(place: str, span: Span, clip_id: ClipId) -> str:
    """The partition of a clip in a crowded place."""
    return f"{place}#{cell_of(span)}#{uuid.UUID(clip_id.join_id).int % SHARDS}"


def call_round(place: str, cell: int, *, now: int) -> None:
    """Sees to it that a round reads the cell after this moment."""
    if notices.get((f"{place}#{cell}", CALLED), now=now) is not None:
        return
    notice = Notice(f"{place}#{cell}", CALLED)
    notice.lives_until(CROWD_ROUND.deadline(now))
    if notices.create(notice, now=now):
        send_later(QUEUE, {"place": place, "cell": cell}, delay_s=ROUND_DELAY_S)


def run_round(place: str, cell: int, *, now: int) -> int:
    """Ranks the cell's clips and sends them on to be compared; how many."""
    notices.delete((f"{place}#{cell}", CALLED))
    names = [f"{place}#{near}#{shard}" for near in (cell - 1, cell, cell + 1) for shard in range(SHARDS)]
    pages = together([partial(listings.query, name, now=now) for name in (place, *names)])
    everyone = [one for page in pages for one in page]
    mine = [one for one in everyone if cell_of(one.span) == cell]
    ranked = lazily.engine().likeliest([one.signature for one in mine], [one.signature for one in everyone], TOP + 1)
    candidates.put_many(_candidates(me, [everyone[i] for i in best]) for me, best in zip(mine, ranked, strict=True))
    for start in range(0, len(mine), COMPARE_TOGETHER):
        batch = [one.tag for one in mine[start : start + COMPARE_TOGETHER]]
        send_later(QUEUE, {"compare": batch}, delay_s=0)
    return len(mine)


def candidates_of(clip_id: ClipId, *, now: int) -> list[ClipId]:
    """Those worth comparing with, the likeliest first."""
    found = candidates.get((clip_id.participant_id, CANDIDATES + clip_id.join_id), now=now)
    return [] if found is None else [ClipId.of_tag(tag) for tag in found.tags.split()]


def _candidates(me: Listing, best: Sequence[Listing]) -> Candidates:
    who, join_id = me.clip_id
    others = [one for one in best if one.clip_id.participant_id != who and me.span.comparable(one.span)]
    made = Candidates(who, CANDIDATES + join_id, tags=" ".join(one.tag for one in others[:TOP]))
    made.lives_until(int(me.expires_at_ms))
    return made

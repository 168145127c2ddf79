"""A crowded network: too many clips for each to look at all, so matchers look for everybody.

Clips are spread over cells of two seconds and sixteen partitions each. Whoever arrives calls a round over their
partition unless one is called; the round closes its call first and reads the whole neighbourhood then, so that a clip
it does not see has called the next one. It ranks its partition's new clips by their signatures and sends each on with
its hundred likeliest, to be compared in small batches: who they are travels in the message and is stored nowhere.
"""

import uuid
from collections.abc import Sequence
from functools import partial

from chalicelib.joining import census, lazily
from chalicelib.joining.models import ClipId, Listing, Notice, listings, notices
from chalicelib.joining.rules import CLIP_MAX_MS, OVERLAP_MIN_MS, Span
from chalicelib.lifetimes import CROWD_ROUND
from chalicelib.runtime.parallel import together
from chalicelib.runtime.queues import send_later

CELL_MS = OVERLAP_MIN_MS  # clips of at most 4 s that share 2 s begin in the same cell or the next
SHARDS = 16  # partitions a cell, with a round each: 4 000 clips a second write 500 units a second to each
TOP = 100
COMPARE_TOGETHER = 10  # clips a message: 58 kB of tags, one chunk of SQS
ROUND_DELAY_S = 1  # lets a burst arrive before it is read
TURN_S = 1  # in which the first of those who heard the same is compared: the rounds of a burst run side by side
CELLS = 1_000  # before their names repeat: what lies there lives 10 s, not half an hour
QUEUE = "crowd"
CALLED = "called"


def cell_name(place: str, span: Span, clip_id: ClipId) -> str:
    """The partition of a clip in a crowded place."""
    return _name(place, span.start_ms // CELL_MS, uuid.UUID(clip_id.join_id).int % SHARDS)


def call_round(cell_name: str, *, now: int) -> None:
    """Sees to it that a round over the partition begins after this moment."""
    if notices.get(_call(cell_name), now=now) is not None:
        return
    notice = Notice(*_call(cell_name))
    notice.lives_until(CROWD_ROUND.deadline(now))
    if notices.create(notice, now=now):
        send_later(QUEUE, {"round": cell_name}, delay_s=ROUND_DELAY_S)


def run_round(cell_name: str, *, now: int) -> int:
    """Ranks the partition's new clips and sends them on to be compared; how many."""
    place, cell, _ = cell_name.split("#")
    notices.delete(_call(cell_name))
    names = [_name(place, int(cell) + near, shard) for near in (-1, 0, 1) for shard in range(SHARDS)]
    pages = together([partial(listings.query, name, now=now) for name in names])
    everyone = [one for page in pages for one in page]
    mine = [one for one in everyone if one.place == cell_name and not one.ranked]
    ranked = lazily.engine().likeliest([one.signature for one in mine], [one.signature for one in everyone], TOP + 1)
    found = [[me.tag, *_worth(me, [everyone[i] for i in best])] for me, best in zip(mine, ranked, strict=True)]
    for start in range(0, len(found), COMPARE_TOGETHER):
        send_later(QUEUE, {"compare": found[start : start + COMPARE_TOGETHER]}, delay_s=0)
    _remember(mine, now)
    if len(everyone) > census.BOUND and not census.known([[place]], now + CLIP_MAX_MS):
        census.report_crowd(place, now)  # as long as the crowd lasts, nobody looks for it elsewhere than here
    return len(mine)


def compare_later(tag: str, heard: Sequence[str]) -> None:
    """Has a clip compared once more with those it agreed with, when the first of them has had its turn."""
    send_later(QUEUE, {"compare": [[tag, *heard]], "waited": True}, delay_s=TURN_S)


def _worth(me: Listing, best: Sequence[Listing]) -> list[str]:
    """Tags of those worth comparing with, the likeliest first."""
    who = me.clip_id.participant_id
    others = [one for one in best if one.clip_id.participant_id != who and me.span.comparable(one.span)]
    return [one.tag for one in others[:TOP]]


def _remember(ranked: Sequence[Listing], now: int) -> None:
    """The next round leaves them to those who come after; one that is gone meanwhile stays gone."""
    done = [Listing.ranked.set(True)]
    together([partial(listings.update, (one.place, one.tag), done, now=now) for one in ranked])


def _name(place: str, cell: int, shard: int) -> str:
    return f"{place}#{cell % CELLS}#{shard}"


def _call(cell_name: str) -> tuple[str, str]:
    return f"{cell_name}#{CALLED}", CALLED

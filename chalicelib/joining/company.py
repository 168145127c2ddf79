"""Finding company for a clip: list it under its places, look at the widest place that one reader can take in.

A listing is one write, and looking is a consistent read after it, so of two clips written at the same moment at least
one sees the other.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.joining import census, crowd, lazily
from chalicelib.joining.census import BOUND, Place
from chalicelib.joining.models import ClipId, Join, Listing, Sound, joins, listings, sounds
from chalicelib.runtime.parallel import together
from chalicelib.runtime.transactions import Transaction

if TYPE_CHECKING:
    from chalicelib.joining.engine import Heard

COMPARE_MAX = 8  # of up to BOUND: what 60 units can pay for, two each


def publish(join: Join, sound: Sound, listed: Sequence[Listing], places: Sequence[Place], now: int) -> bool:
    """Stores verdict row, sound and listings in one transaction and reads the census beside it.

    False, and nothing stored, where this join was there already: it came before, or was cancelled before it came.
    """
    whole = Transaction(now=now)
    whole.create(joins, join)
    whole.put(sounds, sound)
    for listing in listed:
        whole.put(listings, listing)
    steps = [whole.commit]
    if not census.is_fresh(places, now):
        steps.append(partial(_refresh, places, now))
    return together(steps)[0]


def under(places: Sequence[Place], join: Join, heard: "Heard", now: int) -> list[Listing]:
    """The listings of a clip: its cell, for the rounds of a crowd, and the places not known to be crowded by now.

    What a process knew a while ago does not count: where it would look elsewhere than it is listed, it were lost.
    """
    crowded = census.last_known(places) if census.is_fresh(places, now) else set()
    clip_id = ClipId(join.participant_id, join.join_id)
    names = [crowd.cell_name(name, heard.span, clip_id) for name in places[-1]]
    names += [name for place in places if place[-1] not in crowded for name in place]
    return [_listing(name, clip_id, heard, int(join.clip_until_ms)) for name in names]


def around(places: Sequence[Place], now: int) -> list[Listing] | None:
    """Everyone in the widest place that is not crowded; None where even the network is.

    The wider places have the lower bound: in a burst they and the network are not read by all of its first clips.
    """
    crowded = census.last_known(places)
    for place in places:
        if place[-1] in crowded:
            continue
        bound = BOUND if place is places[-1] else BOUND * 2 // 3
        found = [one for page in together([partial(_page, name, bound, now) for name in place]) for one in page]
        if len(found) <= bound:
            return found
        census.report_crowd(place[-1], now)
    return None


def likeliest(heard: "Heard", participant_id: str, near: Sequence[Listing]) -> list[ClipId]:
    """Those worth a full comparison: all of a few, the likeliest of many."""
    others = [one for one in near if one.clip_id.participant_id != participant_id and one.span.comparable(heard.span)]
    if len(others) > COMPARE_MAX:
        [best] = lazily.engine().likeliest([heard.signature], [one.signature for one in others], COMPARE_MAX)
        others = [others[i] for i in best]
    return [one.clip_id for one in others]


def _page(name: str, bound: int, now: int) -> list[Listing]:
    return listings.query(name, now=now, limit=bound + 1)


def _refresh(places: Sequence[Place], now: int) -> bool:
    return bool(census.read(places, now))


def _listing(name: str, clip_id: ClipId, heard: "Heard", until: int) -> Listing:
    listing = Listing(name, clip_id.tag, signature=heard.signature)
    listing.start_ms, listing.end_ms = heard.span.start_ms, heard.span.end_ms
    listing.lives_until(until)
    return listing

"""Finding company for a clip: list it under its places, look at the widest place that one reader can take in.

A listing is one write, and looking is a consistent read after it, so of two clips written at the same moment at least
one sees the other.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.joining import census, crowd, lazily
from chalicelib.joining.census import BOUND, Place
from chalicelib.joining.models import ClipId, Join, Listing, Sound, joins, listings, sounds
from chalicelib.runtime.parallel import together
from chalicelib.runtime.transactions import Transaction

if TYPE_CHECKING:
    from chalicelib.joining.engine import Heard

COMPARE_MAX = 8  # of BOUND clips: what 60 units leave for it, one each
LISTED_A_UNIT = 13  # so many listings fewer to read pay for one more comparison


def publish(join: Join, sound: Sound, listed: Sequence[Listing], places: Sequence[Place], now: int) -> bool:
    """Stores verdict row, sound and listings in one transaction and reads the census beside it.

    False, and nothing stored, where this join was there already: it came before, or was cancelled before it came.
    """
    whole = Transaction(now=now)
    whole.create(joins, join)
    whole.put(sounds, sound)
    for listing in listed:
        whole.put(listings, listing)
    steps: list[Callable[[], object]] = [whole.commit]
    lasting = census.known(places, int(join.clip_until_ms))
    if unsure := [place for place in places if place[-1] not in lasting]:
        steps.append(partial(census.read, unsure, now))
    return bool(together(steps)[0])


def under(places: Sequence[Place], join: Join, heard: "Heard", now: int) -> list[Listing]:
    """The listings of a clip: its cell, for the rounds of a crowd, and the places not known to be crowded.

    A crowded network takes it as well where the clip may outlive the crowd: who looks there then must not miss it.
    """
    until = int(join.clip_until_ms)
    crowded = census.known(places[:-1], now) | census.known(places[-1:], until)
    clip_id = ClipId(join.participant_id, join.join_id)
    names = [crowd.cell_name(name, heard.span, clip_id) for name in places[-1]]
    names += [name for place in places if place[-1] not in crowded for name in place]
    return [_listing(name, clip_id, heard, until) for name in names]


def around(places: Sequence[Place], now: int) -> list[Listing] | None:
    """Everyone in the widest place that is not crowded; None where even the network is.

    The wider places have the lower bound: in a burst they and the network are not read by all of its first clips. What
    expired clips hide, where their deletion is late, counts as a crowd: the rounds read cells, where few lie.
    """
    crowded = census.known(places, now)
    for place in places:
        if place[-1] in crowded:
            continue
        bound = BOUND if place is places[-1] else BOUND * 2 // 3
        pages = together([partial(listings.query, name, now=now, limit=bound + 1) for name in place])
        found = [one for page in pages for one in page]
        if len(found) <= bound and all(page.whole for page in pages):
            return found
        census.report_crowd(place[-1], now)
    return None


def likeliest(heard: "Heard", participant_id: str, near: Sequence[Listing]) -> list[ClipId]:
    """Those worth a full comparison: all of a few, the likeliest of many; the more, the fewer there were to read."""
    others = [one for one in near if one.clip_id.participant_id != participant_id and one.span.comparable(heard.span)]
    most = COMPARE_MAX + max(0, BOUND - len(near)) // LISTED_A_UNIT
    if len(others) > most:
        [best] = lazily.engine().likeliest([heard.signature], [one.signature for one in others], most)
        others = [others[i] for i in best]
    return [one.clip_id for one in others]


def _listing(name: str, clip_id: ClipId, heard: "Heard", until: int) -> Listing:
    listing = Listing(name, clip_id.tag, signature=heard.signature)
    listing.start_ms, listing.end_ms = heard.span.start_ms, heard.span.end_ms
    listing.lives_until(until)
    return listing

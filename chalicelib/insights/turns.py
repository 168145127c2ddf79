"""Who holds the floor, after Sacks, Schegloff & Jefferson, "A simplest systematics for turn-taking", Language 50, 1974.

A turn is one person's speech with its pauses of under a second. The floor belongs to whoever began to talk; who begins
meanwhile may take it over, when the first stops and the second goes on: an interruption. Where nobody talks and then
somebody else begins, the silence before is the response gap (Heldner & Edlund, J. Phonetics 38, 2010, call it the gap).

   A  ████████          ██████           B's turn within A's first takes nothing over: a back channel, "mm-hm"
   B     ██        ██████                A's second interrupts B's second: it begins while B talks, and outlasts it
                ↔ the response gap of B
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from chalicelib.insights.intervals import Spans, bridged

PAUSE_MS = 999  # a longer silence of one person ends their turn: under a second is a pause
RESPONSE_MAX_MS = 10_000  # whoever talks after a longer silence begins anew and answers nobody


class Turn(NamedTuple):
    """One person's speech, pauses bridged."""

    from_ms: int
    to_ms: int
    person: str


@dataclass
class Floor:
    """What became of the floor; `interruptions` and `interrupted` count by person, `gaps` are in milliseconds."""

    interruptions: dict[str, int] = field(default_factory=dict)  # by who took over
    interrupted: dict[str, int] = field(default_factory=dict)  # by who lost it
    gaps: dict[str, list[int]] = field(default_factory=dict)  # by who answered


def turns_of(person: str, talk: Spans) -> list[Turn]:
    """A person's turns, in order."""
    return [Turn(from_ms, to_ms, person) for from_ms, to_ms in bridged(talk, PAUSE_MS)]


def take_turns(talk: Mapping[str, Spans]) -> Floor:
    """Follows the floor through everybody's turns; one pass over them, sorted."""
    floor, holder, last = Floor(), None, None
    begun = deque[Turn]()  # others who began while somebody held the floor, the first first
    for turn in sorted(turn for person, spans in talk.items() for turn in turns_of(person, spans)):
        while holder is not None and holder.to_ms <= turn.from_ms:
            last, holder = holder, _successor(holder, begun, floor)
        if holder is not None:
            begun.append(turn)
            continue
        if last is not None and last.person != turn.person and turn.from_ms - last.to_ms <= RESPONSE_MAX_MS:
            floor.gaps.setdefault(turn.person, []).append(turn.from_ms - last.to_ms)
        holder = turn
    while holder is not None:
        holder = _successor(holder, begun, floor)
    return floor


def _successor(holder: Turn, begun: deque[Turn], floor: Floor) -> Turn | None:
    """Who takes the floor when its holder stops: of those still talking, who began first."""
    while begun:
        turn = begun.popleft()
        if turn.to_ms <= holder.to_ms:
            continue
        if turn.from_ms > holder.from_ms:  # two who begin at once interrupt nobody
            floor.interruptions[turn.person] = floor.interruptions.get(turn.person, 0) + 1
            floor.interrupted[holder.person] = floor.interrupted.get(holder.person, 0) + 1
        return turn
    return None

"""All batches of a participant as one, of whoever still agrees: between the folding of a shard and the report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pynamodb.attributes import JSONAttribute

from chalicelib.insights.models import SHARDS, Packed, folds_part, forget_part, shard_of
from chalicelib.insights.recording import Recording, bounded
from chalicelib.runtime.store import Table


class Fold(Packed, discriminator="fold"):
    """One participant of the meeting; `since_ms` as in Folded."""

    since_ms = JSONAttribute()


class Folded(NamedTuple):
    """One participant's batches as one, and by person, as the batches name them, since when they have agreed to it."""

    recording: Recording
    since_ms: Mapping[str, int]


HELD = ("base_ms", "talk", "webcam", "attention", "covered", "heard")  # of what is packed
folds: Table[Fold] = Table(Fold, "insights")


def put_folds(room_id: str, shard: int, found: Iterable[tuple[str, Folded]], *, until_ms: int, now: int) -> None:
    """By participant; the same again overwrites them. Whoever is not among them any more has withdrawn meanwhile."""
    made = list[Fold]()
    for participant_id, folded in found:
        one = Fold(folds_part(room_id, shard), participant_id, since_ms=dict(folded.since_ms))
        one.hold(bounded(folded.recording))
        one.lives_until(until_ms)
        made.append(one)
    part, kept = folds_part(room_id, shard), {one.entry for one in made}
    gone = [(part, one.entry) for one in folds.query(part, now=now) if one.entry not in kept]
    folds.write_many(made, gone)


def find_folds(room_id: str, *, now: int) -> Iterator[tuple[str, Folded]]:
    """Every participant's, a shard at a time."""
    for shard in range(SHARDS):
        for one in folds.query(folds_part(room_id, shard), now=now):
            yield str(one.entry), Folded(one.recording, one.since_ms)


def find_agreed(room_id: str, *, now: int) -> Iterator[tuple[str, Mapping[str, int]]]:
    """Of every participant who is folded, in the order of `find_folds`, since when they have agreed, as in Folded."""
    for shard in range(SHARDS):
        yield from ((str(one.entry), one.since_ms) for one in folds.query(folds_part(room_id, shard), now=now))


def refold(room_id: str, participant_id: str, folded: Folded | None, *, now: int) -> None:
    """What one participant agrees to by now takes the place of their fold, if that is still there."""
    key = folds_part(room_id, shard_of(participant_id)), participant_id
    if folded is None:
        folds.delete(key)
        return
    made = Fold(*key)
    made.hold(bounded(folded.recording))
    held = [getattr(Fold, name).set(getattr(made, name)) for name in HELD]
    folds.update(key, [Fold.since_ms.set(dict(folded.since_ms)), *held], now=now)


def find_folds_at(places: Sequence[tuple[str, str]], *, now: int) -> Iterator[Fold]:
    """Of each room and participant, at most one."""
    yield from folds.get_many([(folds_part(room, shard_of(who)), who) for room, who in places], now=now)


def forget_folds(room_id: str, shard: int) -> None:
    """What can be folded anew."""
    forget_part(folds_part(room_id, shard))

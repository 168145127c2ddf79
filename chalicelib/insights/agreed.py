"""What was measured of a participant, as far as they agree to it at this moment (D10).

A batch does not say under which consent it was measured, and need not: what lies before the latest yes does not count,
whenever it came. So what was withdrawn stays withdrawn, also after a later yes.

   measured  ▓▓▓▓▓▓▓▓▓▓        ▓▓▓▓▓▓▓
   decided   yes       no      yes           the first part is gone for good

Consents are looked at three times: when a shard is folded; as the report is put together, which may be much later; and
right before it can be read, where what differs has it put together again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from chalicelib.insights.clocks import errors_of
from chalicelib.insights.fold_models import Folded, find_agreed, find_folds, refold
from chalicelib.insights.intervals import Span
from chalicelib.insights.models import Batch, batches_of
from chalicelib.insights.recording import Recording, fold, unpack
from chalicelib.privacy import service as privacy
from chalicelib.runtime import consent
from chalicelib.runtime.consent import Consented, Insights
from chalicelib.runtime.errors import Denied
from chalicelib.runtime.ids import derived
from chalicelib.runtime.parallel import together

AT_ONCE = 128  # people: two requests each, or more of a guest who has logged in


def agreed(some: Iterable[Batch], *, now: int) -> Folded | None:
    """One participant's batches, folded; None of who does not agree."""
    sent = list(some)
    people = dict.fromkeys(str(one.person) for one in sent)  # a guest may have logged in during the meeting
    known = {person: consented for person in people if (consented := _consent(person, now))}
    if not known:
        return None
    whole = fold(one for consented in known.values() for one in _recordings(sent, consented, now))
    return Folded(whole, {person: consented.since_ms for person, consented in known.items()})


class Basis:
    """Of whom a report tells, and since when they have agreed: `digest` is the same for the same, in the same order."""

    def __init__(self) -> None:
        self.digest = ""

    def note(self, participant_id: str, since_ms: Mapping[str, int]) -> None:
        self.digest = derived(self.digest, participant_id, *map(str, since_ms.values()))


def still_agreed(meeting_id: str, rooms: Sequence[str], basis: Basis, *, now: int) -> Iterator[tuple[str, Recording]]:
    """Every participant's fold, as far as they agree to it at this moment, and stored so; many side by side."""
    waiting = find_folds(meeting_id, now=now)
    while some := list(islice(waiting, AT_ONCE)):
        found = together([partial(_still, meeting_id, rooms, one, folded, now=now) for one, folded in some])
        for (one, _), still in zip(some, found, strict=True):
            if still is not None:
                basis.note(one, still.since_ms)
                yield one, still.recording


def stands(meeting_id: str, digest: str, *, now: int) -> bool:
    """Whether everybody agrees, as they did when a report of that basis was put together."""
    waiting, basis = find_agreed(meeting_id, now=now), Basis()
    while some := list(islice(waiting, AT_ONCE)):
        if not all(together([partial(_agree_still, since_ms, now) for _, since_ms in some])):
            return False
        for one, since_ms in some:
            basis.note(one, since_ms)
    return basis.digest == digest


def _still(meeting_id: str, rooms: Sequence[str], participant_id: str, folded: Folded, *, now: int) -> Folded | None:
    """Where anything was decided since they were folded, their batches are folded anew."""
    if _agree_still(folded.since_ms, now):
        return folded
    found = agreed(batches_of(rooms, participant_id, now=now), now=now)
    left = found if found is not None and any(found.recording.parts) else None  # so that nobody delays it for ever
    refold(meeting_id, participant_id, left, now=now)
    return left


def _agree_still(since_ms: Mapping[str, int], now: int) -> bool:
    return all(_since_ms(person, now) == since for person, since in since_ms.items())


def _since_ms(person: str, now: int) -> int | None:
    consented = _consent(person, now)
    return None if consented is None else consented.since_ms


def _recordings(some: list[Batch], consented: Consented[Insights], now: int) -> Iterator[Recording]:
    """Nobody's behaviour is read without their consent."""
    person, since = consented.subject_for(Insights), (consented.since_ms, now)
    return (_since(recording, since) for sender, recording in put_right(some) if sender == person)


def _since(recording: Recording, since: Span) -> Recording:
    """Most of them lie in it whole. All that was measured is covered."""
    covered = recording.covered
    return (
        recording
        if covered and since[0] <= covered[0][0] and covered[-1][1] <= since[1]
        else recording.within((since,))
    )


def put_right(some: Iterable[Batch]) -> Iterator[tuple[str, Recording]]:
    """One participant's batches with their senders, each on the server's clock by what is known of its tab's."""
    sent, behind = [one.sent for one in some], dict[str, set[int]]()
    for one in sent:
        if one.behind_ms is not None:
            behind.setdefault(one.tab_id, set()).add(one.behind_ms)
    errors = {tab_id: errors_of(found) for tab_id, found in behind.items()}
    for one in sent:
        late = 0 if one.behind_ms is None else errors[one.tab_id][one.behind_ms] - one.behind_ms
        yield one.person, unpack(one.base_ms + late, one.packs)


def _consent(person: str, now: int) -> Consented[Insights] | None:
    """None for the erased, too; a guest found too young by mistake has agreed after that."""
    try:
        consented = consent.check(Insights, person, now=now)
    except Denied:
        return None
    return None if privacy.is_erased(person, now=now, since=consented.since_ms) else consented

"""What was measured of a participant, as far as they agree to it at this moment (D10).

A batch does not say under which consent it was measured, and need not: what lies before the latest yes does not count,
whenever it came. So what was withdrawn stays withdrawn, also after a later yes.

   measured  ▓▓▓▓▓▓▓▓▓▓        ▓▓▓▓▓▓▓
   decided   yes       no      yes           the first part is gone for good

Consents are looked at twice: when a shard is folded, and as the report is put together, which may be much later.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from chalicelib.insights.models import Batch, Folded, batches_of, find_folds
from chalicelib.insights.recording import Recording, fold
from chalicelib.privacy import service as privacy
from chalicelib.runtime import consent
from chalicelib.runtime.consent import Consented, Insights
from chalicelib.runtime.errors import Denied
from chalicelib.runtime.parallel import together

AT_ONCE = 128  # people: two requests each, or more of a guest who has logged in


def agreed(some: Iterable[Batch], *, now: int) -> Folded | None:
    """One participant's batches, folded; None of who does not agree."""
    by_person = dict[str, list[Batch]]()  # a guest may have logged in during the meeting
    for one in some:
        by_person.setdefault(str(one.person), []).append(one)
    known = {person: consented for person in by_person if (consented := _consent(person, now))}
    if not known:
        return None
    whole = fold(one for person, consented in known.items() for one in _recordings(by_person[person], consented, now))
    return Folded(whole, {person: consented.since_ms for person, consented in known.items()})


def still_agreed(meeting_id: str, rooms: Sequence[str], *, now: int) -> Iterator[tuple[str, Recording]]:
    """Every participant's fold, as far as they agree to it at this moment; many are looked at side by side."""
    waiting = find_folds(meeting_id, now=now)
    while some := list(islice(waiting, AT_ONCE)):
        found = together([partial(_still, rooms, one, folded, now=now) for one, folded in some])
        yield from ((one, recording) for (one, _), recording in zip(some, found, strict=True) if recording is not None)


def _still(rooms: Sequence[str], participant_id: str, folded: Folded, *, now: int) -> Recording | None:
    """Where anything was decided since they were folded, their batches are folded anew."""
    if all(_since_ms(person, now) == since_ms for person, since_ms in folded.since_ms.items()):
        return folded.recording
    found = agreed(batches_of(rooms, participant_id, now=now), now=now)
    return None if found is None else found.recording


def _since_ms(person: str, now: int) -> int | None:
    consented = _consent(person, now)
    return None if consented is None else consented.since_ms


def _recordings(some: list[Batch], consented: Consented[Insights], now: int) -> Iterator[Recording]:
    """Nobody's behaviour is read without their consent."""
    person, since = consented.subject_for(Insights), ((consented.since_ms, now),)
    return (one.recording.within(since) for one in some if one.person == person)


def _consent(person: str, now: int) -> Consented[Insights] | None:
    """None for the erased, too; a guest found too young by mistake has agreed after that."""
    try:
        consented = consent.check(Insights, person, now=now)
    except Denied:
        return None
    return None if privacy.is_erased(person, now=now, since=consented.since_ms) else consented

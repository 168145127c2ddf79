"""What was measured of a participant, as far as they agree to it at this moment (D10).

A batch does not say under which consent it was measured, and need not: what lies before the latest yes does not count,
whenever it came. So what was withdrawn stays withdrawn, also after a later yes.

   measured  ▓▓▓▓▓▓▓▓▓▓        ▓▓▓▓▓▓▓
   decided   yes       no      yes           the first part is gone for good
"""

from collections.abc import Iterable, Iterator

from chalicelib.insights.models import Batch
from chalicelib.insights.recording import Recording, fold
from chalicelib.privacy import service as privacy
from chalicelib.runtime import consent
from chalicelib.runtime.consent import Consented, Insights
from chalicelib.runtime.errors import Denied


def agreed(some: Iterable[Batch], *, now: int) -> Recording | None:
    """One participant's batches, folded; None of who does not agree."""
    by_person = dict[str, list[Batch]]()  # a guest may have logged in during the meeting
    for one in some:
        by_person.setdefault(str(one.person), []).append(one)
    known = [(each, consented) for person, each in by_person.items() if (consented := _consent(person, now))]
    return fold(one for each, consented in known for one in _recordings(each, consented, now)) if known else None


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

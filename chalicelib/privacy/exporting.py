"""Everything that is held about somebody, for themselves (F3): asked for by one click, put together by a workflow.

ask      a row says that it is under way; the workflow is started once, and by the reaper where nobody did
gather   some of what the register finds is sealed and stored, until there is no more; then it can be read
read     by whoever asked, for a day; then it is gone, and at once where they are erased

The export itself is held data, too: it is erased with the rest, and is in no export.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from chalicelib.lifetimes import DAY, MINUTE, SECOND
from chalicelib.privacy import exporting_models as models, service
from chalicelib.privacy.exporting_models import ASSEMBLING, FAILED, READY, WORKFLOW, Export, exports
from chalicelib.privacy.portions import Held, chunks, portions, read_portion
from chalicelib.runtime import expiry, holdings, workflows
from chalicelib.runtime.errors import Conflict, Invalid, NotFound, TooMany, Unavailable
from chalicelib.runtime.holdings import Holding, Person
from chalicelib.runtime.telemetry import log
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.models import Session
from chalicelib.sessions.service import note_traces

DUE = "export"  # kind of expiry entries
LOOK_AGAIN_MS = 5 * MINUTE
A_DAY = 4  # exports of one person
RECORDS_A_TASK = 500  # so that it is over long before an erasure that began meanwhile looks for what is left
Key = Sequence[str | None]


@dataclass(frozen=True)
class Page:
    """Some of an export; `held` is None until it is ready. `next` is the number of the next page."""

    export: Export
    held: Sequence[Held] | None = None
    next: int | None = None


def ask(session: Session, *, now: int) -> Export:
    """The one that is under way, or else a new one in place of the last. Raises TooMany, Conflict, Unavailable."""
    who = service.person(session)
    found = models.find_export(models.owner_of(who), now=now)
    if found is not None and found.status == ASSEMBLING:
        return found
    before = _before(found, now)
    note_traces(session, now=now)
    person = service.holder_of(session, now=now)
    made, both = models.new_export(who, holdings.in_short(person, now=now), before, now=now), Transaction(now=now)
    same = Export.export_id == (found.export_id if found is not None else "")
    both.create(exports, made, over=same & (Export.status != ASSEMBLING))
    service.forbid_gone(both, who)
    expiry.file_with(both, DUE, made.name, now, now=now)
    if not both.commit():
        return _under_way(made.owner, now)
    if found is not None:
        models.forget_parts_of(found.name)
    _start(made)
    return made


def gather(name: str, *, now: int) -> bool:
    """Puts in some more; whether there may be more yet. Safe to repeat, and to break off anywhere."""
    found = models.find_named(name, now=now)
    if found is None or found.status != ASSEMBLING:
        _tidy(found)
        return False
    person = holdings.identify(models.person_of(found), now=now)
    written, reached, whole = _some(person, found.reached, now)
    parts = [models.put_part(found, one) for one in portions(written)]
    if models.add_parts(found, parts, reached, whole=whole, now=now):
        if whole:
            _tidy(models.find_named(name, now=now))
        return not whole
    models.forget_these(found, parts)  # another run was faster, or nobody is to have it any more
    left = models.find_named(name, now=now)
    return left is not None and left.status == ASSEMBLING


def give_up(name: str, *, now: int) -> bool:
    """Whoever asked sees that it failed, and may ask again; False where it is there, or gone, by now."""
    found = models.find_named(name, now=now)
    failed = found is not None and models.fail_export(found, now=now)
    if failed:
        log.error("export failed")
    left = models.find_named(name, now=now)
    if left is not None and left.status != ASSEMBLING:
        _tidy(left)
    return failed


def look_after(name: str, now: int) -> int | None:
    """The reaper's call: it becomes ready or failed, whatever happens, and is deleted after its day."""
    found = models.find_named(name, now=now)
    if found is None:
        models.forget_parts_of(name)
        models.forget_export(name)
        return None
    if found.status != ASSEMBLING:
        _tidy(found)
        return int(found.expires_at_ms)
    if _is_over(found):
        give_up(name, now=now)
        return int(found.expires_at_ms)
    _start(found)
    return now + LOOK_AGAIN_MS


def read(session: Session, export_id: str, number: int, *, now: int) -> Page:
    """A page of one's own. Raises NotFound for anybody else's, and once it is over; Invalid where it has no such."""
    found = models.find_named(f"{models.owner_of(service.person(session))}.{export_id}", now=now)
    if found is None:
        raise NotFound("You have no such export: it is older than a day, or another has taken its place.")
    if found.status != READY:
        return Page(found)
    content = models.read_part(found, number, now=now)
    if content is None:
        raise Invalid("The export has no such page.")
    return Page(found, read_portion(content), number + 1 if number + 1 < len(found.parts) else None)


def everything(person: Person, *, now: int, to_others: bool = False) -> Iterator[Held]:
    """All that is held of them, in the order in which subjects stand on each other; `to_others` without what is told
    to them of other people."""
    for holding, one in _found(person, (), now):
        yield _held(holding, one, person, now, to_others=to_others)


def _some(person: Person, reached: Sequence[Any], now: int) -> tuple[list[bytes], Sequence[Any], bool]:
    """As JSON what comes after the last record; which is the last by now, and whether that was all."""
    written = list[bytes]()
    for number, (holding, one) in enumerate(_found(person, reached, now)):
        if number == RECORDS_A_TASK:
            return written, reached, False
        written += chunks(_held(holding, one, person, now))
        reached = [holding.record.__name__, _key(holding, one)]
    return written, reached, True


def _found(person: Person, reached: Sequence[Any], now: int) -> Iterator[tuple[Holding, Any]]:
    """From after the record of that kind and key on."""
    kinds = [(one, one.find) for one in holdings.held() if one.find is not None and one.record not in models.ITSELF]
    names = [one.record.__name__ for one, _ in kinds]
    first = names.index(reached[0]) if reached and reached[0] in names else 0
    for holding, find in kinds[first:]:
        last = reached[1] if reached and holding.record.__name__ == reached[0] else None
        yield from ((holding, one) for one in _after(holding, last, partial(find, person, now)))


def _after(holding: Holding, last: Key | None, find: Callable[[], Iterable[Any]]) -> Iterator[Any]:
    """All of that kind, or those after `last`; where that is gone meanwhile all: rather twice than not at all."""
    found = iter(find())
    return found if last is None or any(_key(holding, one) == last for one in found) else iter(find())


def _key(holding: Holding, one: Any) -> Key:
    return list(holding.table.key(one)) if holding.table is not None else []


def _held(holding: Holding, one: Any, person: Person, now: int, *, to_others: bool = False) -> Held:
    kind = holding.lifetimes[0].kind
    content = dict(holding.shown(one, person, now=now, to_others=to_others))
    return Held(kind, holding.record.__name__, int(one.expires_at_ms), content)


def _tidy(found: Export | None) -> None:
    """Once nothing is added any more; of one that failed everything goes."""
    if found is not None:
        models.forget_unfinished(found)


def _under_way(owner: str, now: int) -> Export:
    """Asked for elsewhere at the same moment; or somebody is erased by now."""
    found = models.find_export(owner, now=now)
    if found is None or found.status != ASSEMBLING:
        raise Conflict("This was being changed elsewhere at the same moment. Try again.")
    return found


def _before(found: Export | None, now: int) -> list[int]:
    """When they asked within a day, and it did not fail. Raises TooMany where they may not again."""
    asked = [] if found is None else found.asked_at_ms[:-1] if found.status == FAILED else found.asked_at_ms
    recent = [int(at) for at in asked if at > now - DAY]
    if len(recent) >= A_DAY:
        wait_s = -(-(recent[-A_DAY] + DAY - now) // SECOND)
        raise TooMany(f"You have had {A_DAY} within a day. Ask again once that is over.", retry_after_s=wait_s)
    return recent


def _start(found: Export) -> None:
    """Once, however often it is called; where it fails, the reaper's call tries again."""
    try:
        workflows.start(WORKFLOW, found.name, {"export": found.name})
    except Unavailable:
        log.warning("export not started")


def _is_over(found: Export) -> bool:
    try:
        return workflows.is_over(WORKFLOW, found.name)
    except Unavailable:
        return False

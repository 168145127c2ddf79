"""After a restore from a backup: whoever was erased since that backup was made is erased again (F6).

A trace says under a digest that somebody was erased. So everything that a backup can bring back is looked at: what it
says of whose it is leads to the digest, and that to the trace.
"""

from dataclasses import dataclass
from typing import Any

from chalicelib.privacy import disclosure_models as ledger, erasing, models
from chalicelib.runtime import events, holdings
from chalicelib.runtime.holdings import Holding, Person


@dataclass(frozen=True)
class Replayed:
    """How many people were found who were erased; of how many something waits for a report to be finished.

    `records`: how many were brought back that none of those names leads to.
    """

    found: int
    waiting: int
    records: int


def replay(*, now: int) -> Replayed:
    """Erases again whoever was erased as a whole. Safe to repeat, and to break off: what has begun is gone on with."""
    events.publish(events.BackupRestored(now))
    names = dict.fromkeys(person for _, _, person in _brought_back(now))
    people = {name: models.who_was(name, now=now) for name in names}  # before they are erased anew
    unfinished = {name for name in people if not erasing.erase_now(name, now=now)}
    left = 0
    for holding, item, person in _brought_back(now):  # where what leads there was not restored with it
        if holding.erase is not None and not (holding.leads and person in unfinished):
            holding.erase([item], person, now)
            left += 1
    return Replayed(
        len(set(people.values())),
        len({people[name] for name in unfinished}),
        left + ledger.forget_brought_back(now=now),
    )


def _brought_back(now: int) -> list[tuple[Holding, Any, Person]]:
    """What is held of somebody although they were erased; each name by itself, several may be one person's."""
    known, found = dict[Person, bool](), list[tuple[Holding, Any, Person]]()
    for holding in holdings.held():
        if holding.whose is None or holding.table is None:
            continue
        for item in holding.table.everything(now=now):
            person = holding.whose(item)
            if person not in known:
                known[person] = bool(models.who_is_gone(models.persons(person), now=now))
            if known[person]:
                found.append((holding, item, person))
    return found

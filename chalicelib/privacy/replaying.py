"""After a restore from a backup: whoever was erased since that backup was made is erased again (F6).

A trace says under a digest that somebody was erased. So everything that a backup can bring back is looked at: what it
says of whose it is leads to the digest, and that to the trace.
"""

from collections.abc import Iterator

from chalicelib.privacy import erasing, models
from chalicelib.privacy.erasing_models import erasings, id_of, new_erasing
from chalicelib.runtime import holdings
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import opaque


def replay(*, now: int) -> int:
    """Erases again whoever was erased as a whole; how many names of theirs were found. Safe to repeat."""
    found = set(_erased(now))
    for person in found:
        _erase_again(person, now)
    return len(found)


def _erased(now: int) -> Iterator[Person]:
    """Whom something is held of although they were erased; each name by itself, several may be one person's."""
    known = set[Person]()
    for holding in holdings.held():
        if holding.whose is None or holding.table is None:
            continue
        for item in holding.table.everything(now=now):
            person = holding.whose(item)
            if person not in known and any(models.is_gone(one, now=now) for one in models.persons(person)):
                yield person
            known.add(person)


def _erase_again(person: Person, now: int) -> None:
    """As by the workflow, at once; nobody is waiting for a receipt."""
    receipt_id = opaque()
    erasings.put(new_erasing(receipt_id, "", holdings.identify(person, now=now), {}, now=now))
    erasing.erase_now(id_of(receipt_id), now=now)
    erasings.delete(id_of(receipt_id))

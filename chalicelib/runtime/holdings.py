"""What is held of whom: every kind of record that is stored, how it is found from a person, shown to them and erased.

Each models.py registers its records here. Erasure, export and the retention page work through this alone, and the suite
knows every record there is: so a new one can forget none of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from chalicelib.lifetimes import DAY, Lifetime
from chalicelib.runtime.addresses import key_in_id
from chalicelib.runtime.store import Key, Record, Table

Knows = Literal["sessions", "participants", "rooms", "meetings"]
Fate = Literal["erased", "kept", "passing", "waiting", "nobodys"]
PASSING_MAX_MS = DAY  # nothing that nobody looks for lives longer
EVER = 0  # read as of then, whatever is stored lives: what has run out and still lies there is found, too
KNOW: tuple[Knows, ...] = (
    "sessions",
    "participants",
    "rooms",
    "meetings",
)  # each by the names that those before it know
TO_THE_END: tuple[Knows, ...] = ("participants", "meetings")  # by what an erasure deletes last: see `leads`
PAGE = 25  # items that are erased in one go, one request's writes
R = TypeVar("R", bound=Record)


Place = tuple[str, str]  # a meeting, and a participant who was in it


@dataclass(frozen=True)
class Person:
    """Somebody, by every name under which records know them.

    `rooms`: meetings, running or over, that may know them; `places`: as which participant, where that is known: what
    is asked of meetings grows with these. `addresses`: digests of those under which they have begun to register, or
    write to the operator.
    """

    account_id: str | None = None
    participants: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    places: frozenset[Place] = frozenset()
    addresses: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """Of every address of theirs that is known, the digest: an account's id begins with that of its own."""
        return self.addresses | ({key_in_id(self.account_id)} if self.account_id else frozenset())

    def also(self, **more: Iterable[Any]) -> "Person":
        """The same person by further names."""
        return replace(self, **{name: getattr(self, name) | frozenset(some) for name, some in more.items()})


Find = Callable[[Person, int], Iterable[Any]]
Export = Callable[[Any], Mapping[str, Any]]
Tell = Callable[[Any, Person, int], Mapping[str, Any]]
Erase = Callable[[Sequence[Any], Person, int], None]


@dataclass(frozen=True)
class Holding:
    """One kind of record. Of a person, all of `find`, `export` and `erase`; of all others `why` nobody looks for it.

    `fate` is what an erasure makes of it: `kept` goes on under a digest that names nobody, `passing` ends by itself
    within a day and leads nowhere once the rest is gone, `waiting` as soon as it is due, be that years away.
    `at_once`: others see it, or somebody acts by it.
    """

    record: type[Record]
    lifetimes: Sequence[Lifetime]
    fate: Fate
    table: Table[Any] | None = None
    find: Find | None = None
    export: Export | None = None
    erase: Erase | None = None
    why: str = ""
    at_once: bool = False
    whose: Callable[[Any], Person] | None = None  # by what it says itself: for what a backup has brought back
    light: bool = True  # a page of them is deleted by one request
    leads: bool = False  # to others of theirs: erased once nothing of those is left
    tell: Tell | None = None  # what it takes more to show than the record: a key, or another record
    hand: Tell | None = None  # what of that is handed to anybody else, where it tells of other people, too

    def shown(self, one: Any, person: Person, *, now: int, to_others: bool = False) -> Mapping[str, Any]:
        """One that was found of that person, as they see it; or, `to_others`, what of it is about them alone."""
        if to_others and self.hand is not None:
            return self.hand(one, person, now)
        if self.tell is not None:
            return self.tell(one, person, now)
        return self.export(one) if self.export is not None else {}


_held: dict[type[Record], Holding] = {}
_known_by: dict[Knows, Callable[[Person, int], Person]] = {}


def hold(
    record: type[R],
    table: Table[Any],
    *lifetimes: Lifetime,
    find: Callable[[Person, int], Iterable[R]],
    export: Callable[[R], Mapping[str, Any]],
    erase: Callable[[Sequence[R], Person, int], None] | None = None,
    at_once: bool = False,
    leads: bool = False,
    whose: Callable[[R], Person] | None = None,
    tell: Callable[[R, Person, int], Mapping[str, Any]] | None = None,
    hand: Callable[[R, Person, int], Mapping[str, Any]] | None = None,
) -> None:
    """Somebody's. `find` gives all there is (person, now), `export` one in the words of docs/api.md, without secrets.

    `erase` (some that were found, person, now) deletes them, if nothing else is said; it may be called again.
    `at_once`: gone before an erasure is answered. `leads`: others are found by it, so it goes after them. `whose`: what
    one says of whose it is; for tables with a backup. `tell` (one, person, now): as `export`, where it takes more than
    the record. `hand`: as that, for anybody else.
    """
    eraser = erase or _deleting(table)
    said: dict[str, Any] = {"at_once": at_once, "light": erase is None, "leads": leads}
    said |= {"whose": whose, "tell": tell, "hand": hand}
    _held[record] = Holding(record, lifetimes, "erased", table, find, export, eraser, **said)


def keep(
    record: type[R],
    table: Table[Any],
    *lifetimes: Lifetime,
    find: Callable[[Person, int], Iterable[R]],
    export: Callable[[R], Mapping[str, Any]],
    why: str,
) -> None:
    """Somebody's, and stays after them for a reason: it names nobody."""
    _held[record] = Holding(record, lifetimes, "kept", table, find, export, why=why)


def let_pass(record: type[Record], *lifetimes: Lifetime, why: str) -> None:
    """Somebody's, and over before anybody would have looked for it."""
    _held[record] = Holding(record, lifetimes, "passing", why=why)


def let_wait(record: type[Record], *lifetimes: Lifetime, why: str) -> None:
    """Somebody's until it is due, be that years away, and nobody finds it from them."""
    _held[record] = Holding(record, lifetimes, "waiting", why=why)


def is_nobodys(record: type[Record], *lifetimes: Lifetime, why: str) -> None:
    _held[record] = Holding(record, lifetimes, "nobodys", why=why)


def known_by(subject: Knows, more: Callable[[Person, int], Person]) -> None:
    """Where a subject knows further names of a person: (person, now) gives the same person with them."""
    _known_by[subject] = more


def identify(person: Person, *, now: int) -> Person:
    """The same person by every name that is known."""
    return _asked(KNOW, person, now)


def in_short(person: Person, *, now: int) -> Person:
    """The same person by what cannot be found again while they are being erased: few names, whatever they did."""
    short = replace(person, rooms=frozenset(), places=frozenset())
    if person.account_id:
        short = replace(short, participants=frozenset())
    return _asked([one for one in KNOW if one not in TO_THE_END], short, now)


def _asked(subjects: Sequence[Knows], person: Person, now: int) -> Person:
    for subject in subjects:
        if subject in _known_by:
            person = _known_by[subject](person, now)
    return person


def held() -> list[Holding]:
    """Every kind there is, in the order in which subjects stand on each other: sessions first."""
    return list(_held.values())


def held_of(person: Person, *, now: int) -> Iterator[tuple[Holding, Any]]:
    """Everything that is found of somebody, what stays after them included."""
    for holding in held():
        if holding.find is not None:
            yield from ((holding, one) for one in holding.find(person, now))


def erase_all(holding: Holding, person: Person, *, now: int) -> None:
    """All that is found of that kind, at that instant."""
    if holding.find is not None and holding.erase is not None:
        found = list(holding.find(person, now))
        for start in range(0, len(found), PAGE):
            holding.erase(found[start : start + PAGE], person, now)


def _deleting(table: Table[Any]) -> Erase:
    def delete(found: Sequence[Any], _: Person, __: int) -> None:
        table.delete_many(key_in(table, one) for one in found)

    return delete


def key_in(table: Table[Any], item: Record) -> Key:
    partition, sort = table.key(item)
    return partition if sort is None else (partition, sort)

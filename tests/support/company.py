"""Who was in which meeting, at its door, and when, as the rooms' own records say after each request.

Two people share a room where they were in it at the same time, or in two that turned out to be one; who runs it is
told afterwards of everybody who was ever inside. Whoever asked to come in, or listened where others did, and nobody
else is there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.runtime.ids import SessionId
from chalicelib.sessions import models as sessions
from chalicelib.sessions.edge import held_pass
from tests.support.memory import Item, Memory
from tests.support.planted import Somebody

READS = {"GetItem", "Query", "BatchGetItem", "TransactGetItems", "Scan"}


@dataclass(eq=False)
class Stay:
    """`until_ms` is None as long as it goes on; `inside` is false of who knocks."""

    who: Somebody
    room: str
    inside: bool
    from_ms: int
    until_ms: int | None = None

    def lasts(self, since_ms: int) -> bool:
        """Until then at least."""
        return self.until_ms is None or self.until_ms >= since_ms

    def meets(self, other: "Stay", since_ms: int) -> bool:
        """At the same time, to the millisecond, and not only before that."""
        return all(one.lasts(max(since_ms, another.from_ms)) for one, another in ((self, other), (other, self)))


class Company:
    """`explained` says whether somebody may have come into that room."""

    def __init__(self, memory: Memory, explained: Callable[[Somebody, str], bool]) -> None:
        self._memory, self._explained = memory, explained
        self._stays, self._into = list[Stay](), dict[str, str]()
        self._now_there = dict[tuple[str, str, bool], Stay]()
        self._open = set[str]()
        self._people = dict[str, Somebody]()  # by participant
        self._fresh = list[Stay]()
        self._changed = True
        memory.before = self._notice

    def know(self, who: Somebody, now: int) -> None:
        """By which participant they are in meetings, if they have a session."""
        held = held_pass({"cookie": "; ".join(f"{name}={value}" for name, value in who.browser.jar.items())})
        session = sessions.find(SessionId(held.session_id), now=now) if held else None
        if session is not None:
            known = self._people.setdefault(str(session.participant_id), who)
            assert known is who, "two people are one participant"
            who.participant = str(session.participant_id)

    def look(self, now: int) -> None:
        """At every room. What has expired is nobody's stay, deleted or not."""
        if not self._changed:
            return
        self._changed = False
        rows = [one for one in self._memory.items("rooms") if int(one["expires_at_ms"]["N"]) > now]
        self._into |= {one["room_id"]["S"]: one["into"]["S"] for one in rows if one["kind"]["S"] == "merged"}
        self._open = {one["room_id"]["S"] for one in rows if one["kind"]["S"] == "room" and "ended_at_ms" not in one}
        there = {_key(one) for one in rows if one["kind"]["S"] in ("member", "knock")}
        for gone in self._now_there.keys() - there:
            self._now_there.pop(gone).until_ms = now
        for key in sorted(there - self._now_there.keys()):
            self._now_there[key] = Stay(self._people[key[1]], key[0], key[2], now)
            self._fresh.append(self._now_there[key])
            self._stays.append(self._now_there[key])

    def check(self) -> None:
        """Whoever has come since the last check might."""
        for one in self._fresh:
            assert self._explained(one.who, one.room), "somebody is in a meeting without having asked, or been heard"
            here = {other.who.circle for other in self._stays if self.group(other.room) == self.group(one.room)}
            assert here == {one.who.circle}, "a stranger is in a meeting"
        self._fresh.clear()

    def group(self, room: str) -> str:
        """The room that it has become."""
        while room in self._into:
            room = self._into[room]
        return room

    def may_name(self, owner: Somebody, reader: Somebody, since_ms: int) -> bool:
        """Whether the reader is told what they have been called since then: inside with them, or running a meeting
        they were in."""
        theirs = [one for one in self._stays if one.who is owner and one.lasts(since_ms)]
        mine = [one for one in self._stays if one.who is reader and one.inside]
        return any(
            (one.inside and self.runs(reader, one.room))
            or any(one.meets(other, since_ms) for other in mine if self.group(one.room) == self.group(other.room))
            for one in theirs
        )

    def runs(self, who: Somebody, room: str) -> bool:
        """Or ran it, or what has become one with it."""
        return self.group(room) in {self.group(one) for one in who.held}

    def person(self, participant: str) -> Somebody | None:
        return self._people.get(participant)

    def was_in(self, who: Somebody, room: str, since_ms: int = 0) -> bool:
        """Whether they were inside at any time since then."""
        return any(
            one.inside and self.group(one.room) == self.group(room)
            for one in self._stays
            if one.who is who and (one.until_ms is None or one.until_ms >= since_ms)
        )

    def room_of(self, participant: str) -> str | None:
        """Where they are inside now; the room that they came to last."""
        here = [one.room for key, one in self._now_there.items() if key[1] == participant and one.inside]
        return here[-1] if here else None

    def is_open(self, room: str) -> bool:
        """Whether the meeting goes on."""
        return self.group(room) in self._open

    def at_the_door(self, room: str) -> list[tuple[str, Somebody]]:
        """Who knocks there: their participant id, and who it is."""
        found = [(key[1], one.who) for key, one in self._now_there.items() if key[0] == room and not one.inside]
        return sorted(found, key=lambda one: one[0])

    def _notice(self, operation: str) -> None:
        self._changed = self._changed or operation not in READS


def _key(row: Item) -> tuple[str, str, bool]:
    return row["room_id"]["S"], row["participant_id"]["S"], row["kind"]["S"] == "member"

"""The truth about tabs and links, kept beside what is tested, and a look at the rows as they are stored."""

from dataclasses import dataclass, field

from chalicelib.lifetimes import MINUTE
from chalicelib.runtime.ids import ParticipantId, RoomId, TabId
from chalicelib.sessions.models import Session
from tests.support.memory import Memory

LEASE_MS = 30 * MINUTE  # as docs/product.md promises, not as the code has it
Row = dict[str, str]


@dataclass
class Tab:
    heard_at_ms: int
    closed: bool = False

    def held_at(self, now: int) -> bool:
        return not self.closed and now < self.heard_at_ms + LEASE_MS


@dataclass
class Link:
    tab_id: TabId
    shown_in: RoomId | None = None
    shown_as: str | None = None


@dataclass
class Person:
    session: Session
    tabs: dict[TabId, Tab] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)

    @property
    def id(self) -> ParticipantId:
        return ParticipantId(self.session.participant_id)

    def held(self, now: int) -> dict[str, Link]:
        """What is there."""
        return {name: link for name, link in self.links.items() if self.tabs[link.tab_id].held_at(now)}

    def withdraw(self, room_id: RoomId) -> None:
        for name, link in self.links.items():
            if link.shown_in == room_id:
                self.links[name] = Link(link.tab_id)

    def drop(self, gone: set[str]) -> None:
        self.links = {name: link for name, link in self.links.items() if name not in gone}

    def tab(self, which: int) -> TabId:
        """One of the latest three."""
        return list(self.tabs)[-1 - which % min(3, len(self.tabs))]

    def link(self, which: int) -> str:
        return list(self.links)[which % len(self.links)] if self.links else "A" * 22


def rows(memory: Memory, kind: str) -> list[Row]:
    """The stored rows of that kind, in plain values: what has expired included."""
    table = "rooms" if kind in ("shown", "member") else "tabs"
    found = (row for row in memory.items(table) if row["kind"]["S"] == kind)
    return [{name: next(iter(value.values())) for name, value in row.items()} for row in found]


def name_of(row: Row) -> str:
    """The id within a row's sort key."""
    return row["entry"].rpartition("#")[2]


def stored_tabs(memory: Memory, owner_id: str) -> dict[TabId, Tab]:
    mine = (row for row in rows(memory, "tab") if row["owner_id"] == owner_id)
    return {TabId(name_of(row)): Tab(int(row["heard_at_ms"]), bool(row.get("closed"))) for row in mine}


def stored_links(memory: Memory, owner_id: str) -> dict[str, Link]:
    mine = (row for row in rows(memory, "item") if row["owner_id"] == owner_id)
    return {name_of(row): _link(row) for row in mine}


def _link(row: Row) -> Link:
    shown_in = row.get("shown_in")
    return Link(TabId(row["tab_id"]), RoomId(shown_in) if shown_in else None, row.get("shown_as"))

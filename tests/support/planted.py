"""What people have planted, whose it is, and who may read it until when: the model that every answer is held against.

Each text that somebody writes anywhere holds a token of its own, so that wherever one turns up it is known whose it is.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Protocol

from chalicelib.lifetimes import ATTENDEE_NAME, MINUTE, PERSONAL_DATA, SESSION, STAGED_CONTENT, TAB, Lifetime
from tests.support.accounts import PASSWORD
from tests.support.browser import Browser, Socket

TOKEN = re.compile(r"zq[a-p]{4}zq")  # letters, because a nickname has nothing else
ID = re.compile(r"(?<![\w-])[\w-]{22}(?![\w-])")  # of participants, among others
FIGURE = re.compile(r"(?<![\w.:-])\d{6}(?![\w.:-])")  # how many ms somebody talked
FIGURES = range(100_003, 9 * MINUTE, 3_001)  # so far apart that no two of them, one after the other, make a third
LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
SLIDES_MS = MINUTE  # the cookie is sealed again at most that often


@dataclass
class Tab:
    heard_ms: int
    over: bool = False

    def lives(self, now: int) -> bool:
        return not self.over and now < STAGED_CONTENT.deadline(self.heard_ms)


@dataclass
class Link:
    content_id: str
    token: str
    tab: Tab
    shown: str = ""  # in which room
    shown_ms: int = 0


@dataclass(eq=False)
class Device:
    """A browser of somebody's, and what they did with it."""

    browser: Browser
    used_ms: int = 0  # last use of the session
    signed_in: bool = False
    participant: str = ""  # as whom they are in meetings
    rooms: list[str] = field(default_factory=list)  # they were ever in, the latest last
    links: dict[str, Link] = field(default_factory=dict)
    tabs: dict[str, Tab] = field(default_factory=dict)
    names: list["Planted"] = field(default_factory=list)
    socket: Socket | None = None


@dataclass(eq=False)
class Somebody(Device):
    """One life: from a first session until it is erased, or over. Who comes after it in the same place is another."""

    circle: str = ""  # whoever could hear the same is in the same
    email: str = ""
    password: str = PASSWORD
    totp: str = ""  # the secret, where the second factor is on
    other: Device | None = None  # which is signed in, and lies there
    account_used_ms: int = 0
    seen_ms: int = 0  # when a meeting of theirs last went on
    erased: bool = False
    asked: set[str] = field(default_factory=set)  # rooms that they asked to come in to
    held: list[str] = field(default_factory=list)  # they run, or ran
    ended: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    exported: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)  # under which anything has known them
    sequence: int = 0

    def use(self, now: int) -> None:
        if not self.is_over(now):
            self.used_ms = self.seen_ms = now
            self.account_used_ms = now if self.signed_in else self.account_used_ms

    def is_over(self, now: int) -> bool:
        """Whether the session has had its 30 days."""
        return self.erased or now >= SESSION.deadline(self.used_ms)

    def lives(self, now: int) -> bool:
        """Surely: its cookie may be a minute behind."""
        return not self.erased and now < SESSION.deadline(self.used_ms) - SLIDES_MS

    def account_is_over(self, now: int) -> bool:
        return self.erased or now >= PERSONAL_DATA.deadline(self.account_used_ms)

    def tab(self, tab_id: str, now: int) -> Tab | None:
        """The tab of that id, unless it was over so long ago that nobody knows it."""
        found = self.tabs.get(tab_id)
        if found is not None and now >= TAB.deadline(STAGED_CONTENT.deadline(found.heard_ms)):
            del self.tabs[tab_id]
        return self.tabs.get(tab_id)

    def takes(self, device: Device) -> None:
        """Goes on with it; the one they had lies there."""
        self.other = Device(**{one.name: getattr(self, one.name) for one in fields(Device)})
        for one in fields(Device):
            setattr(self, one.name, getattr(device, one.name))

    def every_link(self) -> dict[str, Link]:
        """Of both devices."""
        return {**self.links, **(self.other.links if self.other else {})}

    def sockets(self) -> list[Socket]:
        return [one for one in (self.socket, self.other and self.other.socket) if one]

    def live_links(self, now: int) -> set[str]:
        return {one.token for one in self.links.values() if one.tab.lives(now)}

    def goes(self) -> None:
        """Nothing is staged or shown any more, and no tab of theirs is there."""
        self.links.clear()
        self.tabs.clear()
        self.names.clear()  # under which another participant was known
        self.socket = None


@dataclass(eq=False)
class Planted:
    """`may_read` (reader, now): whether it may be in an answer to that reader, as long as its owner is not erased.

    `room` is that of a title.
    """

    token: str
    owner: Somebody
    kind: str
    may_read: Callable[[Somebody, int], bool]
    gone: bool = False
    room: str = ""


class Rooms(Protocol):
    """As `company.Company` knows them."""

    def may_name(self, owner: Somebody, reader: Somebody, since_ms: int) -> bool: ...

    def runs(self, who: Somebody, room: str) -> bool: ...

    def person(self, participant: str) -> Somebody | None: ...

    def was_in(self, who: Somebody, room: str, since_ms: int = 0) -> bool: ...

    def group(self, room: str) -> str: ...


class Truth:
    """Every token there is."""

    def __init__(self) -> None:
        self.planted: dict[str, Planted] = {}
        self.figures: dict[str, Planted] = {}  # by their digits
        self.rooms: Rooms

    def plant(self, owner: Somebody, kind: str, may_read: Callable[[Somebody, int], bool] | None = None) -> Planted:
        """Without `may_read` it is nobody's to read."""
        made = Planted(
            "zq" + f"{len(self.planted):04x}".translate(LETTERS) + "zq", owner, kind, may_read or (lambda _, __: False)
        )
        self.planted[made.token] = made
        return made

    def name(self, owner: Somebody, taken_ms: int) -> Planted:
        """For those they meet from its taking on, and for six months after."""

        def may_read(reader: Somebody, now: int) -> bool:
            met = now < ATTENDEE_NAME.deadline(owner.seen_ms) and self.rooms.may_name(owner, reader, taken_ms)
            return reader is owner or met

        return self.plant(owner, "name", may_read)

    def given_address(self, owner: Somebody, room: str) -> Planted:
        """By an invitation: for whoever runs that meeting, for six months."""

        def may_read(reader: Somebody, now: int) -> bool:
            return reader is owner or (now < ATTENDEE_NAME.deadline(owner.seen_ms) and self.rooms.runs(reader, room))

        return self.plant(owner, "given address", may_read)

    def talk_ms(self, owner: Somebody, room: str) -> int:
        """How long they talk, as nobody else does: for themselves, and whoever runs the meeting."""
        if len(self.figures) == len(FIGURES):
            return MINUTE // 2
        made = str(FIGURES[len(self.figures)])
        self.figures[made] = Planted(
            made, owner, "figure", lambda reader, _: reader is owner or self.rooms.runs(reader, room)
        )
        return int(made)

    def title(self, owner: Somebody, room: str = "") -> Planted:
        """For whoever runs the meeting, or has been in it."""

        def may_read(reader: Somebody, now: int) -> bool:
            return not owner.account_is_over(now) and (reader is owner or self.rooms.was_in(reader, made.room))

        made = self.plant(owner, "title", may_read)
        made.room = room
        return made

    def link(self, owner: Somebody, content_id: Callable[[], str]) -> Planted:
        """For its owner, and while it is shown for those in the meeting; until its tab's lease is over."""

        def may_read(reader: Somebody, now: int) -> bool:
            link = owner.every_link().get(content_id())
            if link is None or not link.tab.lives(now):
                return False
            return reader is owner or bool(link.shown and self.rooms.was_in(reader, link.shown, link.shown_ms))

        return self.plant(owner, "link", may_read)

    def letter(self, owner: Somebody, kind: str, lifetime: Lifetime, now: int) -> Planted:
        """What somebody wrote to us: for themselves alone."""
        until_ms = lifetime.deadline(now)
        return self.plant(owner, kind, lambda reader, at_ms: reader is owner and at_ms < until_ms)

    def misread(self, text: str, reader: Somebody, now: int, invited: str = "") -> list[str]:
        """What is in an answer to that reader, and may not be; `invited`: by the invitation to that room."""
        found = [self.planted[token] for token in tokens_in([text])]
        found += [self.figures[one] for one in {*FIGURE.findall(text)} & self.figures.keys()]
        told = [f"{one.kind} {one.token}" for one in found if not self._may_read(one, reader, now, invited)]
        return told + [f"participant {one}" for one in {*ID.findall(text)} if not self._may_know(one, reader)]

    def _may_know(self, participant: str, reader: Somebody) -> bool:
        """Of whom they have ever met, until they are erased."""
        owner = self.rooms.person(participant)
        if owner is None or owner is reader:
            return True
        return not owner.erased and self.rooms.may_name(owner, reader, 0)

    def _may_read(self, one: Planted, reader: Somebody, now: int, invited: str) -> bool:
        if one.owner.erased or one.gone:
            return False
        is_invited = invited and one.room and self.rooms.group(one.room) == self.rooms.group(invited)
        return one.may_read(one.owner if is_invited else reader, now)

    def readable(self, owner: Somebody, now: int) -> set[str]:
        """What somebody has planted and may read."""
        theirs = (one for one in self.planted.values() if one.owner is owner)
        return {one.token for one in theirs if not one.gone and one.may_read(owner, now)}

    def of(self, owner: Somebody) -> set[str]:
        return {token for token, one in self.planted.items() if one.owner is owner}


def tokens_in(texts: Iterable[str]) -> set[str]:
    return {token for text in texts for token in TOKEN.findall(text)}

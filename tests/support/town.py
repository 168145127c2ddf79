"""What the people of a place do in meetings: come in, listen, stage and show, are measured, end and share them."""

import json
import uuid
from dataclasses import dataclass

from chalicelib.lifetimes import CONNECTION, MINUTE
from tests.support.browser import Socket
from tests.support.memory import Memory
from tests.support.place import Place
from tests.support.planted import Link, Somebody, Tab
from tests.support.workflows import functions_of
from tests.support.world import World

SOUND = "application/vnd.earshot.fingerprint"


@dataclass
class Share:
    """A link to a report: whoever has the token reads it, as its organiser does, until then."""

    token: str
    organiser: Somebody
    path: str
    until_ms: int


class Town(Place):
    def __init__(self, world: World, memory: Memory, size: int) -> None:
        super().__init__(world, memory, size)
        self.sockets: list[tuple[int, Socket]] = []  # since when they are open
        self.shares: list[Share] = []

    def open_room(self, who: Somebody) -> None:
        title = self.truth.title(who)
        made = self.ask(who, "POST", "/v1/rooms", {"title": f"Weekly {title.token}"})
        if made.status == 201:
            title.room = self.note("room_id", made.json()["room_id"])
            who.held.append(title.room)
            self.come_in(who, title.room)

    def meet(self, who: Somebody) -> None:
        """They have everybody who may come come, and are together for ten minutes."""
        if not who.email:
            self.register(who)
        self.open_room(who)
        here = [one for one in self.people if one is who or (one.circle == who.circle and not one.is_over(self.now))]
        for one in here if who.held else ():
            self.take_name(one)
            self.come_in(one, who.held[-1], says_who=one is here[-1])
            self.follow(one)
        self.world.clock.advance(10 * MINUTE)
        for one in here:
            self.measure(one)

    def come_in(self, who: Somebody, room: str, *, says_who: bool = False) -> None:
        """By the invitation; with a name, and an address for whoever runs it, if they want to say."""
        who.asked.add(room)
        name, body = self.truth.name(who, self.now), dict[str, str]()
        if says_who:
            address = self.truth.given_address(who, room)
            body = {"name": f"Nora {name.token}", "email": f"{address.token}@example.org"}
        answer = self.ask(who, "POST", f"/v1/rooms/{room}/participants", body)
        if answer.status in (201, 202):
            who.names += [name] if says_who else []
        if answer.status == 201:
            self.is_in(who, room)

    def is_in(self, who: Somebody, room: str) -> None:
        """One meeting at a time: what they show elsewhere is taken back there."""
        if not who.rooms or self.company.group(who.rooms[-1]) != self.company.group(room):
            self.hide(who)
        who.rooms.append(room)

    def hide(self, who: Somebody, room: str = "") -> None:
        """What they show in that room, or wherever they are."""
        for link in who.every_link().values() if room else who.links.values():
            if link.shown and self.company.group(link.shown) == self.company.group(room or link.shown):
                link.shown = ""

    def bring_in(self, who: Somebody, other: Somebody) -> None:
        """By a code."""
        made = self.ask(who, "POST", "/v1/join-codes", {"room_id": who.rooms[-1]} if who.rooms else {})
        if made.status == 201:
            room = made.json()["room_id"]
            if not who.rooms:
                who.asked.add(self.note("room_id", room))
                self.is_in(who, room)
            other.asked.add(room)
            if self.ask(other, "POST", f"/v1/join-codes/{made.json()['code']}", {}).status == 200:
                self.is_in(other, room)

    def listen(self, who: Somebody) -> None:
        """Everybody of the town hears the same; the clip holds a token that no answer may hold."""
        clip = {"scenes": [who.circle], "doubt": False, "of": self.truth.plant(who, "clip").token}
        who.joins.append(self.note("join_id", str(uuid.uuid4())))
        sent = {"Content-Type": SOUND, "Earshot-Join": who.joins[-1], "Earshot-Recorded-At": str(self.now - 4_000)}
        answer = who.browser.post("/v1/joins", body=json.dumps(clip).encode(), headers=sent)
        self.follow_rooms(who)
        assert not self.truth.misread(answer.body, who, self.now)
        if answer.status == 202:
            who.use(self.now)

    def leave(self, who: Somebody) -> None:
        if who.rooms and self.ask(who, "DELETE", f"/v1/rooms/{who.rooms[-1]}/participants/me").status == 204:
            self.hide(who)

    def follow(self, who: Somebody) -> None:
        if who.rooms and not who.is_over(self.now):
            who.socket = who.browser.connect(str(uuid.uuid4()))
            self.sockets.append((self.now, who.socket))
            if who.socket.status == 200:
                who.socket.resume(who.rooms[-1])
                who.use(self.now)

    def deliver(self) -> None:
        """And the gateway closes what it was told to."""
        super().deliver()
        self._close([one for one in self.sockets if one[1].id in self.world.pushes.closed])

    def close_old_sockets(self) -> None:
        """As the gateway does after two hours."""
        self._close([one for one in self.sockets if self.now >= CONNECTION.deadline(one[0])])

    def _close(self, some: list[tuple[int, Socket]]) -> None:
        self.sockets = [one for one in self.sockets if one not in some]
        for _, socket in some:
            socket.close()

    def stage(self, who: Somebody, tab_id: str) -> None:
        made, planted = list[str](), None
        planted = self.truth.link(who, lambda: made[0] if made else "")
        body = {"url": f"https://{planted.token}.example/", "title": f"Plan {planted.token}"}
        known, made_at = who.tab(tab_id, self.now), self.now
        answer = who.browser.post("/v1/content", json_body=body, headers={"Earshot-Tab": tab_id})
        assert answer.status < 500
        if answer.status == 201:
            assert known is None or known.lives(made_at), "a tab that is over has staged"
            tab = who.tabs.setdefault(tab_id, Tab(made_at))
            made.append(self.note("content_id", answer.json()["content_id"]))
            who.links[made[0]] = Link(made[0], planted.token, tab)
            who.use(self.now)

    def show(self, who: Somebody, link: Link) -> None:
        before, room = (link.shown, link.shown_ms), who.rooms[-1]
        inside = self.company.room_of(who.participant) == self.company.group(room)
        if inside:
            link.shown, link.shown_ms = room, self.now  # from the request on
        answer = self.ask(who, "PUT", f"/v1/content/{link.content_id}/shown", {"room_id": room, "as": "card"})
        assert inside or answer.status != 200, "somebody shows a link in a meeting that they are not in"
        if answer.status != 200:
            link.shown, link.shown_ms = before

    def take_back(self, who: Somebody, link: Link) -> None:
        if self.ask(who, "DELETE", f"/v1/content/{link.content_id}/shown").status == 204:
            link.shown = ""

    def delete(self, who: Somebody, link: Link) -> None:
        if self.ask(who, "DELETE", f"/v1/content/{link.content_id}").status == 204:
            del who.links[link.content_id]

    def hear(self, who: Somebody, tab_id: str) -> None:
        known = who.tab(tab_id, self.now)
        answer = self.ask(who, "PUT", f"/v1/tabs/{tab_id}/lease")
        assert answer.status != 200 or known is None or known.lives(self.now), "a heartbeat has revived a tab"
        if answer.status == 200:
            who.tabs.setdefault(tab_id, Tab(self.now)).heard_ms = self.now

    def close_tab(self, who: Somebody, tab_id: str) -> None:
        if self.ask(who, "POST", f"/v1/tabs/{tab_id}/closed?tab={tab_id}", {}).status == 204:
            who.tabs.setdefault(tab_id, Tab(self.now)).over = True

    def measure(self, who: Somebody) -> None:
        if who.rooms:
            who.sequence += 1
            now, tab, talk_ms = self.now, str(uuid.UUID(int=1)), self.truth.talk_ms(who, who.rooms[-1])
            body = {
                "sequence": who.sequence, "from_ms": now - 9 * MINUTE, "to_ms": now,
                "events": [{"kind": "talk", "from_ms": now - 1 - talk_ms, "to_ms": now - 1}],
            }  # fmt: skip
            self.ask(who, "POST", f"/v1/rooms/{who.rooms[-1]}/insights", body, Earshot_Tab=tab)

    def end_room(self, which: int) -> None:
        """Somebody's, if anybody runs one."""
        running = [one for one in self.people if one.held and not one.is_over(self.now)]
        if running:
            self._end_room(running[which % len(running)])

    def _end_room(self, who: Somebody) -> None:
        if self.ask(who, "DELETE", f"/v1/rooms/{who.held[-1]}").status == 204:
            who.ended.append(self.note("meeting_id", who.held[-1]))
            for one in self.everybody():
                if who.held[-1] in one.rooms:
                    one.seen_ms = max(one.seen_ms, self.now)
                    self.hide(one, who.held[-1])

    def share(self, which: int, days: int) -> None:
        holders = [one for one in self.people if one.ended and not one.is_over(self.now)]
        if holders:
            who = holders[which % len(holders)]
            path = f"/v1/meetings/{who.ended[-1]}/report/shares"
            made = self.ask(who, "POST", path, {"days": days, "names": True})
            if made.status == 201:
                token, path = made.json()["link"].partition("#token=")[2], f"{path}/{made.json()['share_id']}"
                self.shares.append(Share(token, who, path, made.json()["expires_at_ms"]))

    def read_shares(self) -> None:
        """By somebody whom nobody knows: as its organiser, and no longer than the link or the organiser lives."""
        for one in self.shares:
            answer = self.world.browser().get(f"/v1/shared-reports/{one.token}")
            over = self.now >= one.until_ms or one.organiser.account_is_over(self.now)
            assert answer.status in ((404,) if over else (200, 404, 409)), "a link that is over opens a report"
            told = self.truth.misread(answer.body, one.organiser, self.now)
            assert not told, ("a shared report", told)

    def export(self, who: Somebody) -> None:
        """Put together at once: what is in it was there by then."""
        made = self.ask(who, "POST", "/v1/export", {})
        if made.status == 202:
            self.note("id", made.json()["export_id"])
            for begun in self.world.workflows.started:
                while begun.workflow == "export" and functions_of(self.world.app)["gather_export"](begun.given)["more"]:
                    pass
            who.exported |= self.truth.readable(who, self.now)

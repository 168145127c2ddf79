"""A few people with browsers, sessions and accounts, over HTTP; what any of them is told is held against the truth."""

import json
import re
from typing import Any

from chalicelib.lifetimes import SESSION
from tests.support import traces
from tests.support.accounts import code_of
from tests.support.browser import Answer
from tests.support.company import Company
from tests.support.memory import Memory
from tests.support.planted import Somebody, Truth, tokens_in
from tests.support.world import World

ADULT, CHILD = {"birth_month": 1, "birth_year": 1980}, {"birth_month": 1, "birth_year": 2020}
NEVER = -SESSION.length_ms
SOUND = "application/vnd.earshot.fingerprint"
CODE_MS = 30_000  # a code of an authenticator counts once
_INVITATION = re.compile(r"/rooms/([^/]+)/(?:invitation|calendar)")


class Place:
    """Everybody but the last of the people may meet; that one is a stranger to all."""

    def __init__(self, world: World, memory: Memory, size: int) -> None:
        self.world, self.memory, self.truth = world, memory, Truth()
        self.company = self.truth.rooms = Company(memory, self.may_have_come)
        self.come = self.pushed = self.mailed_to = 0
        self.people, self.past = list[Somebody](), list[Somebody]()
        self.people += [self.newcomer("stranger" if seat == size - 1 else "town") for seat in range(size)]
        self.known: dict[str, list[str]] = {}  # what stands in paths, by the name of the parameter

    @property
    def now(self) -> int:
        return self.world.now

    def newcomer(self, circle: str) -> Somebody:
        self.come += 1
        one = Somebody(self.world.browser(f"198.51.{self.come // 250}.{self.come % 250 + 1}"), circle=circle)
        answer = one.browser.post("/v1/session/age", json_body=ADULT)
        assert answer.status == 200, answer.body
        one.used_ms = one.seen_ms = self.now
        self.ask(one, "PUT", "/v1/consents", {"insights": True})
        return one

    def replace(self, one: Somebody) -> Somebody:
        """Somebody else sits down where they were."""
        one.goes()
        self.past.append(one)
        made = self.newcomer(one.circle)
        self.people[self.people.index(one)] = made
        return made

    def ask(self, who: Somebody, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request of theirs. Nothing is in the answer that they may not read."""
        kept = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = who.browser.request(method, path, json_body=body, headers=kept)
        assert answer.status < 500, (method, path, answer)
        if method != "GET":
            self.follow_rooms(who)
        invited = _INVITATION.search(path)
        text = answer.body + json.dumps(dict(answer.headers))
        told = self.truth.misread(text, who, self.now, invited[1] if invited else "")
        if path.startswith("/v1/export/"):  # a copy of their own, for a day, of what was there when it was made
            told = [one for one in told if one.rpartition(" ")[2] not in who.exported]
        assert not told, (method, path, told)
        if answer.status not in (401, 429):
            who.use(self.now)
        return answer

    def follow_rooms(self, who: Somebody) -> None:
        """After a request of theirs: who is where by now, and who was told of it."""
        self.company.know(who, self.now)
        self.see_rooms()
        self.check_pushes()

    def see_rooms(self) -> None:
        """Who is where by now. The end of a meeting deletes what it shows; who is not inside shows nothing there."""
        self.company.look(self.now)
        for device in (each for one in self.everybody() for each in (one, one.other) if each):
            room = self.company.room_of(device.participant)
            for link in [one for one in device.links.values() if one.shown]:
                if not self.company.is_open(link.shown):
                    del device.links[link.content_id]
                elif room is None or self.company.group(link.shown) != self.company.group(room):
                    link.shown = ""

    def note_where_they_are(self) -> None:
        """Sound and other people move them, too."""
        for one in self.people:
            room = self.company.room_of(one.participant)
            if room and not (one.rooms and self.company.group(one.rooms[-1]) == room):
                one.rooms.append(self.note("room_id", room))

    def may_have_come(self, who: Somebody, room: str) -> bool:
        """Whoever asked to, or was heard."""
        asked = {self.company.group(one) for one in who.asked}
        return bool(who.joins) or self.company.group(room) in asked

    def everybody(self) -> list[Somebody]:
        return [*self.people, *self.past]

    def note(self, name: str, value: str) -> str:
        self.known.setdefault(name, []).append(value)
        return value

    def take_name(self, who: Somebody, before: str = "Nora ") -> None:
        made = self.truth.name(who, self.now)
        if self.ask(who, "PATCH", "/v1/session", {"participant_name": before + made.token}).status == 200:
            who.names.append(made)

    def drop_name(self, who: Somebody) -> None:
        if self.ask(who, "PATCH", "/v1/session", {"participant_name": None}).status == 200:
            for one in who.names:
                one.gone = True

    def register(self, who: Somebody) -> None:
        token = self.truth.plant(who, "address", lambda reader, _: reader is who).token
        who.email = f"{token}@example.org"
        sent = {"email": who.email, "password": who.password, "consents": {"news": True, "reports": True}}
        if self.ask(who, "POST", "/v1/accounts", sent).status == 202:
            assert self.ask(who, "POST", "/v1/accounts/verify", {"token": self.mailed("token")}).status == 200
            who.account_used_ms = self.now
            self.log_in(who)

    def log_in(self, who: Somebody) -> bool:
        """Whether they could."""
        if who.totp:
            self.world.clock.advance(CODE_MS)
        over, code = who.account_is_over(self.now), {"totp": code_of(who.totp, self.now)} if who.totp else {}
        sent = {"email": who.email, "password": who.password, **code}
        answer = self.ask(who, "POST", "/v1/session/login", sent)
        assert answer.status != 200 or not over, "an account that is over was signed in to"
        if answer.status == 200:
            who.signed_in = True
            who.used_ms = who.seen_ms = who.account_used_ms = self.now
        return answer.status == 200

    def mailed(self, name: str) -> str:
        found = re.findall(rf"{name}=([\w-]+)", self.world.aws.mails()[-1].text)
        return str(found[-1])

    def log_out(self, who: Somebody) -> None:
        if self.ask(who, "DELETE", "/v1/session").status == 204:
            self.is_out(who)

    def is_out(self, who: Somebody) -> None:
        """Of the session that they had."""
        who.goes()
        who.signed_in, who.used_ms = False, NEVER

    def goes_back(self, who: Somebody) -> None:
        """To the device before, and puts the other away for good."""
        if who.other is not None:
            who.takes(who.other)
            who.other = None

    def others_are_out(self, who: Somebody) -> None:
        """Their other device is, by now."""
        if who.other is not None:
            assert who.other.browser.get("/v1/session").status == 401, "a session outlives its end"
            who.other = None

    def ask_guardian(self, who: Somebody) -> None:
        """A child in another browser, whose grown-up allows a nickname; the address is stored nowhere."""
        child = Somebody(self.world.browser(who.browser.address), circle="child")
        assert self.ask(child, "POST", "/v1/session/age", CHILD).status == 200
        address = f"{self.truth.plant(child, 'guardian').token}@example.org"
        if self.ask(child, "POST", "/v1/session/age/guardian", {"email": address}).status == 202:
            child.used_ms = child.seen_ms = self.now
            answer = {"token": self.mailed("token"), "approve": True}
            assert self.world.browser().post("/v1/session/age/approval", json_body=answer).status == 200
            self.take_name(child, "")
            assert child.names, "a child that may take a name could not"
            self.past.append(child)

    def taken(self, queue: str) -> list[str]:
        """What waits on that queue; it does not wait any more."""
        found = [json.dumps(one.body) for one in self.world.aws.messages() if one.queue == f"earshot-local-{queue}"]
        self.world.aws.forget(queue)
        return found

    def deliver(self) -> None:
        """What the queues have waiting, and what follows from it."""
        for queue in ("clip-expiry", "crowd", "push"):
            if bodies := self.taken(queue):
                self.world.deliver(queue, *bodies)

    def check_what_was_sent(self) -> None:
        """Since the last look."""
        self.see_rooms()
        self.company.check()
        self.note_where_they_are()
        self.check_pushes()
        self.check_mails(self.mailed_to)
        self.mailed_to = len(self.world.aws.mails())

    def check_pushes(self) -> None:
        """Each receiver may read what was sent to them since the last look."""
        since, self.pushed = self.pushed, len(self.world.pushes.sent)
        receivers = {socket.id: one for one in self.everybody() for socket in one.sockets()}
        for connection, message in self.world.pushes.sent[since:]:
            if connection in receivers:
                told = self.truth.misread(json.dumps(message), receivers[connection], self.now)
                assert not told, (message["type"], told)

    def check_mails(self, since: int) -> None:
        """A mail holds texts of nobody but whoever it is to."""
        for mail in self.world.aws.mails()[since:]:
            [owner] = {self.truth.planted[token].owner for token in tokens_in(mail.to)}
            others = [one for one in tokens_in([mail.subject, mail.text]) if self.truth.planted[one].owner is not owner]
            assert not others, others
            assert not owner.erased, "a mail to somebody erased"

    def left_behind(self, lines: list[str]) -> list[str]:
        """Texts of anybody in log lines."""
        return sorted(tokens_in(lines)) + traces.personal_in(lines)

"""Somebody with something of theirs in every kind of record that may be somebody's, as other people see it, too."""

import uuid
from dataclasses import dataclass

from chalicelib.accounts import models as accounts
from chalicelib.insights import assembling
from chalicelib.insights.fold_models import Folded, put_folds
from chalicelib.insights.models import SHARDS, batches_of, shard_of
from chalicelib.outreach import mailing
from chalicelib.outreach.mailing import Issue, Mailing
from chalicelib.privacy import exporting
from chalicelib.runtime.holdings import Person, identify
from chalicelib.sessions import models as sessions
from chalicelib.sessions.edge import held_pass
from tests.support.accounts import log_in, mailed_token, register
from tests.support.browser import Browser
from tests.support.insights import Held, agree, grown_up_guest, hold, send
from tests.support.world import World

CANARY = "canary-7c1f"  # in every text that they write
NAME = f"Philippa {CANARY}"
LINK = f"https://{CANARY}.example/secret"
EMAIL = f"{CANARY}@example.org"
MINUTE = 60_000


@dataclass
class Belongings:
    """Somebody, who has been, and is, in a meeting of Ada's."""

    world: World
    browser: Browser
    over: Held  # somebody else's meeting, which has its report
    running: Held
    person: Person


def session_of(browser: Browser, now: int) -> sessions.Session:
    held = held_pass({"cookie": "; ".join(f"{name}={value}" for name, value in browser.jar.items())})
    assert held is not None
    found = sessions.find(held.session_id, now=now)
    assert found is not None
    return found


def person_of(browser: Browser, now: int) -> Person:
    session = session_of(browser, now)
    return identify(Person(session.account_id, sessions=frozenset({session.session_id})), now=now)


def guest_with_everything(world: World) -> Belongings:
    """A guest who was in a meeting that has its report, and is in another, shows a link, calls, and is measured."""
    guest = grown_up_guest(world)
    agree(guest)
    over = _been_in_one(world, guest, "ada@example.org")
    return _in_another(world, guest, over)


def owner_with_everything(world: World) -> Belongings:
    """The same as somebody with an account, who has held a meeting with a report that is shared, and plans another."""
    guest = grown_up_guest(world)
    agree(guest)
    register(guest, EMAIL)
    assert guest.post("/v1/accounts/verify", json_body={"token": mailed_token(world)}).status == 200
    assert log_in(guest, EMAIL).status == 200
    assert guest.request("PUT", "/v1/consents", json_body={"insights": True, "news": True}).status == 200
    _get_news(world, guest)
    over = _been_in_one(world, guest, "ada@example.org")
    _run_one(world, guest)
    return _in_another(world, guest, over)


def _get_news(world: World, who: Browser) -> None:
    account = accounts.find(session_of(who, world.now).account_id or "", now=world.now)
    assert account is not None
    done = Mailing()
    mailing.send_to(account, Issue("first", {"en": ("News", "There is news.")}), done, now=world.now)
    assert done.sent == 1


def _write(who: Browser) -> None:
    """By every form."""
    for path, body in (
        ("/v1/feedback", {"about": "sound", "text": f"Good {CANARY}"}),
        ("/v1/enquiries", {"email": EMAIL, "text": f"What is {CANARY}?"}),
        ("/v1/surveys/first-meeting/answers", {"answers": {"again": "yes"}}),
    ):
        answer = who.post(path, json_body=body)
        assert answer.status == 201, answer.body


def _been_in_one(world: World, who: Browser, organiser: str) -> Held:
    held = hold(world, organiser)
    held.enter(held.organiser, "Ada")
    ben = held.guest("Ben")
    held.enter(who, NAME)
    _measured(world, held, ben, who)
    assert who.delete(f"/v1/rooms/{held.room}/participants/me").status == 204
    assert held.organiser.delete(f"/v1/rooms/{held.room}").status == 204
    _report(held)
    assert held.organiser.get(f"/v1/meetings/{held.room}").status == 200  # which is on record
    return held


def _measured(world: World, held: Held, *people: Browser) -> None:
    world.clock.advance(10 * MINUTE)
    now = world.now
    for number, one in enumerate(people, 1):
        talked = ("talk", now - (number + 1) * MINUTE, now - number * MINUTE)
        assert send(one, held.room, 1, talked, from_ms=now - 9 * MINUTE, to_ms=now).status == 202


def _report(held: Held) -> None:
    now = held.world.now
    assert list(assembling.prepare(held.room, 1, now=now)) == list(range(SHARDS))
    for shard in range(SHARDS):
        assembling.fold_shard(held.room, shard, now=now)
    assembling.publish(held.room, 1, assembling.assemble(held.room, 1, now=now), now=now)


def _fold(world: World, held: Held, participant_id: str) -> None:
    """As if the putting together had broken off."""
    now = world.now
    [recording] = [one.recording for one in batches_of([held.room], participant_id, now=now)]
    found = [(participant_id, Folded(recording, {}))]
    put_folds(held.room, shard_of(participant_id), found, until_ms=now + 10 * MINUTE, now=now)


def _run_one(world: World, owner: Browser) -> None:
    """Of their own, that is over; and another to come."""
    room = owner.post("/v1/rooms", json_body={"title": f"Own {CANARY}"}).json()["room_id"]
    assert owner.post(f"/v1/rooms/{room}/participants", json_body={"name": NAME}).status == 201
    held = Held(world, owner, room)
    ben = held.guest("Ben")
    _measured(world, held, ben, owner)
    assert owner.delete(f"/v1/rooms/{room}").status == 204
    _report(held)
    shared = owner.post(f"/v1/meetings/{room}/report/shares", json_body={"days": 7, "names": True})
    assert shared.status == 201, shared.body
    owner.post("/v1/rooms", json_body={"title": f"Planned {CANARY}"})


def _export(world: World, who: Browser) -> None:
    """One that they have asked for."""
    assert who.post("/v1/export", json_body={}).status == 202
    name = str(world.workflows.started[-1].given["export"])
    while exporting.gather(name, now=world.now):
        pass


def _in_another(world: World, who: Browser, over: Held) -> Belongings:
    """Where they are, and show something; its raw figures are not put together yet."""
    running = hold(world, "cy@example.org")
    running.enter(running.organiser, "Cy")
    running.organiser.connect("cy").resume(running.room)
    running.enter(who, NAME)
    connection = str(uuid.uuid4())
    tab = who.connect(connection, tab=str(uuid.UUID(int=7)))
    tab.resume(running.room)
    tab.send({"action": "call", "room_id": running.room, "joined": True})
    _write(who)
    staged = who.post("/v1/content", json_body={"url": LINK}, headers={"Earshot-Tab": str(uuid.UUID(int=7))})
    assert staged.status == 201, staged.body
    shown = {"room_id": running.room, "as": "card"}
    assert who.request("PUT", f"/v1/content/{staged.json()['content_id']}/shown", json_body=shown).status == 200
    _measured(world, running, who)
    _fold(world, running, running.ids[NAME])
    _export(world, who)
    return Belongings(world, who, over, running, person_of(who, world.now))

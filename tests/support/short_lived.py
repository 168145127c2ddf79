"""What lives for minutes or hours, if nobody takes or answers it."""

from chalicelib.joining.models import ClipId, joins, new_join, see_verdicts_off
from chalicelib.joining.seat_models import new_seat, seats
from chalicelib.lifetimes import SECOND
from chalicelib.privacy.request_models import begin_act, register as register_request
from chalicelib.rooms import door
from chalicelib.rooms.room import Person
from chalicelib.runtime.ids import RoomId, opaque
from chalicelib.sessions import guardian
from tests.support.accounts import register
from tests.support.belongings import session_of
from tests.support.insights import grown_up_guest
from tests.support.world import World


def short_lived(world: World) -> None:
    """Links in mails, a ticket, a code, a knock, a verdict, a request by mail."""
    browser = grown_up_guest(world)
    register(browser, "eve@example.org")
    assert browser.post("/v1/tickets", json_body={}).status == 201
    room = RoomId(browser.post("/v1/join-codes", json_body={}).json()["room_id"])
    child = session_of(world.member(), world.now)
    guardian.ask_guardian(child, "grace@example.org", "en", "203.0.113.7", now=world.now)
    assert door.knock(room, Person(child.participant_id, child.session_id, "Vega 42"), now=world.now, required=True)
    clip = ClipId(child.participant_id, opaque())
    see_verdicts_off([clip], world.now + 10 * SECOND, now=world.now)
    verdict = new_join(clip, "listening", world.now)
    verdict.clip_until_ms = world.now + 10 * SECOND
    joins.put(verdict)
    seats.put(new_seat(child.participant_id, room, now=world.now, opened_at_ms=None))
    register_request("digest", "1", "find", world.now, now=world.now)
    begin_act("digest", "1", "ops", "find", now=world.now)

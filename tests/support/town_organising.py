"""What people decide in meetings: titles, doors, who runs it, what is taken off, what becomes of reports (A12, B12)."""

import uuid

from chalicelib.lifetimes import HOUR
from tests.support.planted import Somebody
from tests.support.town import Town


def change_room(town: Town, who: Somebody, *, knock: bool) -> None:
    """The title before is nobody's any more."""
    if not who.held:
        return
    room, before = who.held[-1], [one for one in town.truth.planted.values() if one.room and one.owner is who]
    title = town.truth.title(who, room)
    sent = {"title": f"Monthly {title.token}", "knock": knock, "planned_start_ms": town.now + HOUR}
    if town.ask(who, "PATCH", f"/v1/rooms/{room}", sent).status == 200:
        for one in before:
            one.gone = one.gone or town.company.group(one.room) == town.company.group(room)


def claim(town: Town, who: Somebody) -> None:
    """A meeting that sound or a code has made."""
    if who.rooms and town.ask(who, "PUT", f"/v1/rooms/{who.rooms[-1]}/organiser", {}).status == 200:
        who.held += [who.rooms[-1]] if who.rooms[-1] not in who.held else []


def take_off(town: Town, who: Somebody) -> None:
    """What others show in the meeting that they run."""
    for one in town.everybody() if who.held else ():
        for link in one.every_link().values():
            if link.shown and town.company.group(link.shown) == town.company.group(who.held[-1]):
                path = f"/v1/rooms/{who.held[-1]}/content/{link.content_id}"
                if town.ask(who, "DELETE", path).status == 204:
                    link.shown = ""


def answer_knocks(town: Town, who: Somebody, *, admit: bool) -> None:
    """Somebody inside does."""
    room = town.company.room_of(who.participant)
    for participant, guest in town.company.at_the_door(room) if room else ():
        answer = town.ask(who, "POST", f"/v1/rooms/{room}/admissions/{participant}", {"admit": admit})
        if answer.status == 204 and admit and town.company.room_of(participant) == room:
            town.is_in(guest, room or "")


def cancel_clip(town: Town, who: Somebody) -> None:
    if who.joins:
        town.ask(who, "DELETE", f"/v1/joins/{who.joins[-1]}")


def follow_by_ticket(town: Town, who: Somebody) -> None:
    """The live channel without a cookie."""
    made = town.ask(who, "POST", "/v1/tickets", {})
    if made.status == 201 and who.rooms:
        socket = town.world.browser(who.browser.address).connect(str(uuid.uuid4()), ticket=made.json()["ticket"])
        assert socket.status == 200, "a fresh ticket opens nothing"
        town.sockets.append((town.now, socket))
        who.socket = socket
        who.socket.resume(who.rooms[-1])


def revoke_share(town: Town, which: int) -> None:
    """From the answer on the link is void."""
    living = [one for one in town.shares if town.now < one.until_ms and not one.organiser.is_over(town.now)]
    if living:
        one = living[which % len(living)]
        if town.ask(one.organiser, "DELETE", one.path).status == 204:
            one.until_ms = town.now


def remake_report(town: Town, who: Somebody) -> None:
    """One that failed."""
    if who.ended:
        town.ask(who, "POST", f"/v1/meetings/{who.ended[-1]}/report", {})

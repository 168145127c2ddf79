"""Whoever is erased is in no meeting any more, and runs none (F4). What their sessions held went with those."""

from chalicelib.rooms import push
from chalicelib.rooms.held_models import members_of_person, organisers_of_person
from chalicelib.rooms.record_models import entries, runs_by
from chalicelib.rooms.service import see_off
from chalicelib.runtime import events
from chalicelib.runtime.ids import RoomId


def forget_person(event: events.SubjectErased) -> None:
    """Those in the meetings see them go. A meeting that they ran goes on as nobody's, without title and link."""
    for member in members_of_person(event.person, event.now):
        see_off(member, now=event.now)
    for one in organisers_of_person(event.person, event.now):
        entries.delete_many([(one.room_id, one.entry), (runs_by(one.account_id), one.room_id)])
        push.changed(RoomId(one.room_id), now=event.now)

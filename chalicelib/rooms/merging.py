"""Two rooms that turn out to be one: the younger points to the older, once, and everybody moves.

A pointer leads to an older room only, so following it always ends, whoever merges what at the same time.
"""

from collections.abc import Iterator

from chalicelib.lifetimes import JOIN_CODE, MEETING
from chalicelib.privacy.service import forbid_gone, guest, is_gone
from chalicelib.rooms import connections, presence, push
from chalicelib.rooms.models import find_head, let_in, listed_code, member_key, new_runs
from chalicelib.rooms.record_models import (
    CODE,
    CODES_OVER,
    MERGED,
    ORGANISER,
    Call,
    Empty,
    JoinCode,
    Member,
    Merged,
    Organiser,
    entries,
    members,
    merges,
    organisers,
    runs_by,
)
from chalicelib.rooms.room import Room
from chalicelib.runtime import events
from chalicelib.runtime.ids import ParticipantId, RoomId, SessionId
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.models import find, forget_room, move_session, remember_room

RENAMES_MAX = 8  # each further one follows a change made elsewhere at the same moment
STEPS_MAX = 64  # every step leads to an older room, so honest data never comes near


def current_room(room_id: RoomId, *, now: int) -> Room | None:
    """Where `room_id` leads after all merges (without its members); None if that room is gone."""
    *_, last = follow_merges(room_id, now=now)
    return None if last is None or last.merged_into else last


def last_name(room_id: RoomId, *, now: int) -> RoomId:
    """What the room is called after all merges, also where that one is over."""
    return [room_id, *(room.merged_into for room in follow_merges(room_id, now=now) if room and room.merged_into)][-1]


def follow_merges(room_id: RoomId, *, now: int) -> Iterator[Room | None]:
    """The room, what it merged into, and so on to the last; None where one is gone."""
    for _ in range(STEPS_MAX):
        room = find_head(room_id, now=now)
        yield room
        if room is None or room.merged_into is None:
            break
        room_id = room.merged_into


def merge_rooms(one: RoomId, other: RoomId, *, now: int) -> RoomId | None:
    """Both become the older of the two; everybody is moved and told. Safe to repeat, to race and to break off."""
    first, second = current_room(one, now=now), current_room(other, now=now)
    if first is None or second is None:
        survivor = first or second
        return None if survivor is None else survivor.room_id
    if first.room_id == second.room_id:
        for name in {one, other} - {first.room_id}:  # one broken off half-way is finished by its repetition
            move_all(name, first.room_id, now=now)
        return first.room_id
    older, younger = sorted((first, second), key=lambda room: room.age)
    pointer = Merged(younger.room_id, MERGED, into=older.room_id, by_link=younger.by_link)
    pointer.lives_until(MEETING.deadline(now))
    if not merges.create(pointer, now=now):  # someone merged it elsewhere meanwhile: go on from there
        return merge_rooms(younger.room_id, older.room_id, now=now)
    push.merged(younger.room_id, older.room_id, now=now)
    move_all(younger.room_id, older.room_id, now=now)
    return older.room_id


def move_all(source: RoomId, into: RoomId, *, now: int) -> None:
    """What is still in a merged room goes where it leads: people, organiser, open codes, what is shown."""
    for entry in entries.query(source, now=now):
        match entry:
            case Member():
                _bring(entry, into, now=now)
            case Organiser():
                settle_organiser(entry, now=now)
            case Call() | Empty():  # whoever was in it asks for the call of the room they come to
                entries.delete((source, entry.entry))
            case JoinCode():
                digest = entry.entry.removeprefix(CODE)
                listed = listed_code(digest, into, int(entry.expires_at_ms) - JOIN_CODE.length_ms)
                CODES_OVER.file([listed], now=now)
                entries.put(listed)
                entries.delete((source, entry.entry))
    events.publish(events.RoomsMerged(source, into, now))


def _bring(member: Member, into: RoomId, *, now: int) -> None:
    """Out of one room and into the other at once: nobody who leaves after a merge that broke off is brought back."""
    there, both = member_of(into, member), Transaction(now=now)
    both.create(members, there)
    forbid_gone(both, guest(there.participant_id))
    both.delete(members, member, where=members.living(now))
    move_session(both, str(member.session_id), member.room_id, into)
    if both.commit():
        welcome(there, now=now)
        settle_member(there, now=now)
    elif members.get((member.room_id, member.entry), now=now) is not None:  # there already, or on their way elsewhere
        add_member(there, now=now)
        members.delete((member.room_id, member.entry))


def add_member(member: Member, *, now: int, asked: bool = True) -> RoomId | None:
    """Makes a member of the room, or of the one it has merged into; the room it became, None where that has ended.

    With `asked` false nobody becomes a member of a room that asks to knock by now: see whether they have. None for the
    erased, too.
    """
    if let_in(member, now=now, asked=asked):
        welcome(member, now=now)
    elif is_gone(guest(member.participant_id), now=now):
        return None
    return settle_member(member, now=now)


def settle_member(member: Member, *, now: int) -> RoomId | None:
    """Takes a member along if their room has merged meanwhile: nobody is left behind, nor in a room that is over."""
    room = current_room(RoomId(member.room_id), now=now)
    if room is not None and room.room_id == member.room_id:
        return room.room_id
    there = None if room is None else add_member(member_of(room.room_id, member), now=now)
    members.delete((member.room_id, member.entry))
    if there is None:
        forget_room(member.session_id, member.room_id, now=now)
    return there


def settle_organiser(organiser: Organiser, *, now: int) -> Organiser | None:
    """Who runs the room that `organiser`'s has become: of two, that of the older room; None where it has ended."""
    room = current_room(RoomId(organiser.room_id), now=now)
    if room is not None and room.room_id == organiser.room_id:
        return room.organiser
    if room is not None:
        kept = {name: value for name, value in organiser.attribute_values.items() if name != "room_id"}
        there = Organiser(room.room_id, **kept)
        entries.put(new_runs(there))
        organisers.create(there, now=now)
    organisers.delete((organiser.room_id, ORGANISER))
    entries.delete((runs_by(organiser.account_id), organiser.room_id))
    return None if room is None else organisers.get((room.room_id, ORGANISER), now=now)


def welcome(member: Member, *, now: int) -> None:
    """The new member's tabs follow the room, and everyone sees them arrive; for five minutes, unless a tab comes.

    Not if they were erased since somebody found their session: nobody has heard of them yet.
    """
    presence.watch(member, now=now)
    name = remember_room(member.session_id, member.room_id, now=now)
    if name is None and is_gone(guest(member.participant_id), now=now):
        members.delete((member.room_id, member.entry))
        return
    for connection in connections.session_connections(SessionId(member.session_id), now=now):
        connections.follow(connection, RoomId(member.room_id), now=now)
    push.came_or_went(member, now=now)
    if name is not None and name != member.name:  # changed while they came: whoever changes it later finds them here
        call_member(member, name, member.session_id, now=now)


def call_member(member: Member, name: str, session_id: str | None, *, now: int) -> None:
    """Everyone sees the name; where the session has another by then, that one: who writes last has looked last."""
    for _ in range(RENAMES_MAX):
        members.update((member.room_id, member.entry), [Member.name.set(name)], now=now)
        push.renamed(member, name, now=now)
        session = find(session_id, now=now) if session_id else None
        if session is None or session.participant_name == name:
            return
        name = session.participant_name


def member_of(room_id: RoomId, like: Member) -> Member:
    """The same person as a member of another room."""
    member = Member(
        *member_key(room_id, ParticipantId(like.participant_id)),
        participant_id=like.participant_id,
        session_id=like.session_id,
        name=like.name,
        email=like.email,
        joined_at_ms=like.joined_at_ms,
        via=like.via,
        here=like.here,
        away_since_ms=like.away_since_ms,
        back_since_ms=like.back_since_ms,
        tabs=like.tabs,
    )
    member.lives_until(int(like.expires_at_ms))
    return member

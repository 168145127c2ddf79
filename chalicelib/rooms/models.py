"""What is asked of rooms and written to them, over the records of record_models.py."""

from collections.abc import Sequence as Many
from typing import TypeVar

from pynamodb.expressions.condition import Condition

from chalicelib.lifetimes import JOIN_CODE, KNOCK, LEFT, MEETING
from chalicelib.privacy.service import forbid_gone, guest
from chalicelib.rooms.call_models import in_call
from chalicelib.rooms.record_models import (
    CODE,
    EMPTY,
    HEAD,
    KNOCK_BY,
    LEFT_BY,
    MEMBER,
    MERGED,
    ORGANISER,
    SEQUENCE,
    Call,
    Empty,
    Head,
    JoinCode,
    Knock,
    Left,
    Member,
    Merged,
    Organiser,
    RoomEntry,
    Runs,
    Sequence,
    Shown,
    empties,
    entries,
    heads,
    join_codes,
    members,
    merges,
    organisers,
    runs_by,
    sequences,
)
from chalicelib.rooms.room import Person, Room
from chalicelib.runtime.ids import ParticipantId, RoomId, is_opaque
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.sweep import note_participant_with

E = TypeVar("E", bound=RoomEntry)


def new_head(room_id: RoomId, opened_at_ms: int) -> Head:
    head = Head(room_id, HEAD, opened_at_ms=opened_at_ms)
    head.lives_until(MEETING.deadline(opened_at_ms))
    return head


def new_organiser(room_id: RoomId, account_id: str, now: int, *, link: bool) -> Organiser:
    organiser = Organiser(room_id, ORGANISER, account_id=account_id, link_id=room_id if link else None)
    organiser.lives_until(MEETING.deadline(now))
    return organiser


def new_runs(organiser: Organiser) -> Runs:
    """How the room is found by whoever runs it; it goes before the room."""
    made = Runs(runs_by(organiser.account_id), organiser.room_id)
    made.lives_until(int(organiser.expires_at_ms))
    return made


def new_member(room_id: RoomId, person: Person, *, via: str, now: int) -> Member:
    member = Member(
        *member_key(room_id, ParticipantId(person.participant_id)),
        participant_id=person.participant_id,
        session_id=person.session_id,
        name=person.name,
        joined_at_ms=now,
        via=via,
        email=person.email,
    )
    member.lives_until(MEETING.deadline(now))
    return member


def new_knock(room_id: RoomId, person: Person, now: int, *, via: str, join_id: str | None, required: bool) -> Knock:
    knock = Knock(*knock_key(room_id, person.participant_id), via=via, join_id=join_id, required=required)
    knock.participant_id, knock.session_id, knock.email = person.participant_id, person.session_id, person.email
    knock.lives_until(KNOCK.deadline(now))
    return knock


def note_empty(room_id: RoomId, since_ms: int, *, now: int) -> None:
    empty = Empty(room_id, EMPTY, since_ms=since_ms)
    empty.lives_until(MEETING.deadline(now))
    empties.put(empty)


def forget_empty(room_id: RoomId) -> None:
    empties.delete((room_id, EMPTY))


def empty_since(room_id: RoomId, *, now: int) -> int | None:
    found = empties.get((room_id, EMPTY), now=now)
    return None if found is None else int(found.since_ms)


def knock_key(room_id: str, participant_id: str) -> tuple[str, str]:
    return room_id, KNOCK_BY + participant_id


def find_room(room_id: RoomId, *, now: int) -> Room | None:
    """The room with everyone who belongs to it; None where there is none."""
    return _room(entries.query(room_id, now=now) if is_opaque(room_id) else [])


def find_organiser(room_id: str, *, now: int) -> Organiser | None:
    """Whoever runs the room, also while it is being deleted."""
    return organisers.get((room_id, ORGANISER), now=now)


def opened_at(room_id: str, *, now: int) -> int | None:
    """When the room was opened; known also while it is being deleted."""
    head = heads.get((room_id, HEAD), now=now)
    return None if head is None else int(head.opened_at_ms)


def find_head(room_id: RoomId, *, now: int) -> Room | None:
    """The room without its members, for three units whatever their number."""
    keys = [(room_id, HEAD), (room_id, MERGED), (room_id, ORGANISER)]
    return _room(entries.get_many(keys, now=now) if is_opaque(room_id) else [])


def next_sequence(room_id: RoomId, *, now: int, left_at_ms: int | None = None) -> int | None:
    """Numbers the room's next message; the same write notes when somebody left."""
    actions = [Sequence.number.add(1), Sequence.kind.set(Sequence), *Sequence.living_until(MEETING.deadline(now))]
    actions += [] if left_at_ms is None else [Sequence.left_at_ms.set(left_at_ms)]
    row = sequences.upsert((room_id, SEQUENCE), actions, now=now)
    if row is not None and int(row.number) == 1 and opened_at(room_id, now=now) is None:
        sequences.delete((room_id, SEQUENCE))  # the room is over: this number would be the first of nothing
        return None
    return None if row is None else int(row.number)


def member_key(room_id: RoomId, participant_id: ParticipantId) -> tuple[str, str]:
    return room_id, MEMBER + participant_id


def new_join_code(digest: str, room_id: RoomId, now: int) -> JoinCode:
    code = JoinCode(*code_key(digest), leads_to=room_id)
    code.lives_until(JOIN_CODE.deadline(now))
    return code


def listed_code(digest: str, room_id: RoomId, now: int) -> JoinCode:
    """As the room it leads to lists it."""
    code = JoinCode(room_id, CODE + digest, leads_to=room_id)
    code.lives_until(JOIN_CODE.deadline(now))
    return code


def code_key(digest: str) -> tuple[str, str]:
    return CODE + digest, "code"


def hold_code(code: JoinCode, participant_id: str, *, now: int) -> bool:
    """The code is the participant's alone from now on; False where it is somebody else's, or over."""
    taken = [JoinCode.held_by.set(participant_id)]
    return join_codes.update((code.room_id, code.entry), taken, now=now, where=_mine(participant_id)) is not None


def _mine(participant_id: str) -> Condition:
    mine: Condition = JoinCode.held_by.does_not_exist() | (JoinCode.held_by == participant_id)
    return mine


def new_left(room_id: RoomId, participant_id: str, now: int) -> Left:
    left = Left(room_id, LEFT_BY + participant_id)
    left.lives_until(LEFT.deadline(now))
    return left


def left_after(since: int, rooms: Many[RoomId], participant_id: str, *, now: int) -> bool:
    """Whether the participant has left one of the rooms at `since` or later."""
    found = entries.get_many([(room_id, LEFT_BY + participant_id) for room_id in dict.fromkeys(rooms)], now=now)
    return any(int(one.expires_at_ms) >= LEFT.deadline(since) for one in found)


def members_of(room_id: RoomId, *, now: int) -> list[Member]:
    """Everyone who belongs to the room, connected or not."""
    return members.query(room_id, now=now, where=RoomEntry.entry.startswith(MEMBER))


def let_in(member: Member, *, now: int, asked: bool = False) -> bool:
    """Creates the membership, but not where one lives, nor for the erased, nor in a room that asks to knock by now."""
    whole = entering(member, now=now, asked=asked)
    forbid_gone(whole, guest(member.participant_id))
    return whole.commit()


def entering(member: Member, *, now: int, asked: bool = False) -> Transaction:
    """A membership, to go together with other things; `asked` for a room of which nobody can ask to knock.

    Of the erased, `merging.welcome` finds out: at no cost, of which those who come by sound have none left.
    """
    whole = Transaction(now=now)
    whole.create(members, member)
    note_participant_with(whole, member.session_id, member.participant_id, now=now)
    if not asked:
        whole.forbid(organisers, organisers.bare((member.room_id, ORGANISER)), Organiser.knock == True)  # noqa: E712 - a condition
    return whole


def changing(member: Member, former: Member, *, now: int) -> Transaction:
    """As `entering`, out of another room, unless that has merged and takes them along."""
    whole = entering(member, now=now)
    whole.delete(members, former)
    whole.forbid(merges, merges.bare((former.room_id, MERGED)), Merged.into.exists())
    return whole


def pass_on(member: Member, old_id: str, new_id: str, *, now: int) -> None:
    """Another session acts for the member from now on; not where yet another does already."""
    key, same = (member.room_id, member.entry), Member.session_id == old_id
    members.update(key, [Member.session_id.set(new_id)], now=now, where=same)


def find_member(room_id: RoomId, participant_id: ParticipantId, *, now: int) -> Member | None:
    return members.get(member_key(room_id, participant_id), now=now) if is_opaque(room_id) else None


def _room(found: Many[RoomEntry]) -> Room | None:
    head, merged = _first(Head, found), _first(Merged, found)
    sequence, organiser = _first(Sequence, found), _first(Organiser, found)
    if head is None or head.is_over:
        return None
    people = [one for one in found if isinstance(one, Member)]
    return Room(
        RoomId(head.room_id),
        int(head.opened_at_ms),
        None if merged is None else RoomId(merged.into),
        bool(organiser and organiser.link_id == head.room_id) or bool(merged and merged.by_link),
        organiser,
        0 if sequence is None else int(sequence.number),
        people,
        [one for one in found if isinstance(one, Shown)],
        frozenset(in_call(_first(Call, found), people)),
        int((sequence and sequence.left_at_ms) or 0),
        [one for one in found if isinstance(one, Knock) and not one.refused],
    )


def _first(kind: type[E], found: Many[RoomEntry]) -> E | None:
    return next((one for one in found if isinstance(one, kind)), None)

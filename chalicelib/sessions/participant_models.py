"""As which participants an account's owner has left anything: by that all of it is found, to show or erase it.

Noted together with their entering a meeting, and with the log in of a guest who has left something; not with every log
in. It lives on while the account is used, for as long as anything may be theirs by it.
"""

from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.lifetimes import OWN_PARTICIPANT, OWN_PARTICIPANT_NOTED_MS
from chalicelib.runtime import holdings
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.prolonging import prolong
from chalicelib.runtime.store import Binding, Page, Record, Table


class OwnParticipant(Record):
    class Meta(Binding):
        pass

    account_id = UnicodeAttribute(hash_key=True)
    participant_id = UnicodeAttribute(range_key=True)


participants = Table(OwnParticipant, "participants")


def new_participant(account_id: str, participant_id: str, *, now: int) -> OwnParticipant:
    """That the participant is the account's owner."""
    made = OwnParticipant(account_id, participant_id)
    made.lives_until(OWN_PARTICIPANT.deadline(now))
    return made


def is_noted(account_id: str, participant_id: str, *, now: int) -> bool:
    return participants.get((account_id, participant_id), now=now) is not None


def some_of(account_id: str, after: str, limit: int, *, now: int) -> Page[OwnParticipant]:
    """As whom its owner has left anything: the next after that one, at most `limit`."""
    where = OwnParticipant.participant_id > after if after else None
    return participants.query(account_id, now=now, where=where, limit=limit)


def keep(some: Sequence[OwnParticipant], *, now: int) -> None:
    """The account was used: those that were moved on a while ago are moved on again, by the hundred."""
    until_ms = OWN_PARTICIPANT.deadline(now)
    early = [one for one in some if int(one.expires_at_ms) < until_ms - OWN_PARTICIPANT_NOTED_MS]
    prolong(participants, {(one.account_id, one.participant_id): until_ms for one in early}, now=now)


def _participants_of(person: Person, now: int) -> list[OwnParticipant]:
    return participants.query(person.account_id, now=now) if person.account_id else []


def _known_by_participants(person: Person, now: int) -> Person:
    return person.also(participants={str(one.participant_id) for one in _participants_of(person, now)})


def _shown(one: OwnParticipant) -> dict[str, Any]:
    return {"participant_id": one.participant_id}


holdings.known_by("participants", _known_by_participants)
holdings.hold(OwnParticipant, participants, OWN_PARTICIPANT, find=_participants_of, export=_shown, leads=True)

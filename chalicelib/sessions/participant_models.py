"""As which participants an account's owner has been in meetings: by that all they did is found, to show or erase it.

Written together with whatever signs them in, and anew with each recorded use of the account.
"""

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.lifetimes import OWN_PARTICIPANT
from chalicelib.runtime import holdings
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.store import Binding, Record, Table
from chalicelib.runtime.transactions import Transaction


class OwnParticipant(Record):
    class Meta(Binding):
        pass

    account_id = UnicodeAttribute(hash_key=True)
    participant_id = UnicodeAttribute(range_key=True)


participants = Table(OwnParticipant, "participants")


def note_with(both: Transaction, account_id: str, participant_id: str, *, now: int) -> int:
    """That the participant is the account's owner; until when that is remembered."""
    made = OwnParticipant(account_id, participant_id)
    made.lives_until(OWN_PARTICIPANT.deadline(now))
    both.put(participants, made)
    return int(made.expires_at_ms)


def used_as(account_id: str, *, now: int) -> frozenset[str]:
    """As which its owner has been in meetings. All of them name the owner, so a use by any session keeps them all."""
    found, until_ms = participants.query(account_id, now=now), OWN_PARTICIPANT.deadline(now)
    for one in found:
        if int(one.expires_at_ms) < until_ms:
            key = one.account_id, one.participant_id
            participants.update(key, OwnParticipant.living_until(until_ms), now=now)
    return frozenset(str(one.participant_id) for one in found)


def forget_all(account_id: str, *, now: int) -> None:
    """For an account that is gone."""
    participants.delete_many((account_id, one.participant_id) for one in participants.query(account_id, now=now))


def _participants_of(person: Person, now: int) -> list[OwnParticipant]:
    return participants.query(person.account_id, now=now) if person.account_id else []


def _known_by_participants(person: Person, now: int) -> Person:
    return person.also(participants={str(one.participant_id) for one in _participants_of(person, now)})


def _shown(one: OwnParticipant) -> dict[str, Any]:
    return {"participant_id": one.participant_id}


holdings.known_by("participants", _known_by_participants)
holdings.hold(OwnParticipant, participants, OWN_PARTICIPANT, find=_participants_of, export=_shown)

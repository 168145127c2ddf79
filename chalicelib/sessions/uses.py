"""A use by an account's owner is one as everybody they have been in meetings.

It is told by the reaper, some at a time, however many those are: recording it costs the request that it comes with
nothing.
"""

from chalicelib.lifetimes import MINUTE
from chalicelib.runtime import events, expiry, vault
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.participant_models import keep, participants, some_of

USED = "account-used"  # kind of expiry entries
SEALED = "sessions/used"  # an entry names nobody
LOOK = 200  # participants of one look: two requests each, side by side, and two transactions


def follow_later(both: Transaction, account_id: str, *, now: int) -> None:
    """Within a minute, together with the use."""
    expiry.file_with(both, USED, _name(account_id, now), now, now=now)


def follow(account_id: str, *, used_at_ms: int, now: int, after: str = "") -> None:
    """Of many those that come after that one; the rest a minute later."""
    some = some_of(account_id, after, LOOK, now=now)
    keep(some, now=now)
    who = [str(one.participant_id) for one in some]
    if who:
        events.publish(events.PersonUsed(frozenset(who), used_at_ms))
    if len(who) == LOOK:
        expiry.file(USED, _name(account_id, used_at_ms, who[-1]), now + MINUTE, now=now)


def keep_known(event: events.ErasureUnfinished) -> None:
    """As whom they have left anything is known until nothing of it is left."""
    if event.person.account_id:
        keep(participants.query(event.person.account_id, now=event.now), now=event.now)


def look_after(name: str, now: int) -> None:
    """The reaper's call."""
    account_id, used_at_ms, after = (vault.unseal(SEALED, name) or "  ").split(" ")
    if account_id:
        follow(account_id, used_at_ms=int(used_at_ms), now=now, after=after)


def _name(account_id: str, used_at_ms: int, after: str = "") -> str:
    return vault.seal(SEALED, f"{account_id} {used_at_ms} {after}")

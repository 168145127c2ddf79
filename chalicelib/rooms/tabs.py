"""Browser tabs and their leases: a tab is there until 30 minutes after its last heartbeat, or until it is closed.

A tab's row outlives its lease by a day, so that neither a late heartbeat nor anything else brings its id back. What
belongs to a tab lies beside it, under its participant: the panel's whole list is one Query.
"""

from collections.abc import Sequence

from pynamodb.attributes import BooleanAttribute, DiscriminatorAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.lifetimes import STAGED_CONTENT, TAB
from chalicelib.runtime.ids import ParticipantId, TabId
from chalicelib.runtime.store import Binding, Record, Table
from chalicelib.runtime.transactions import Transaction

BATCH_MAX = 100  # keys, DynamoDB quota of BatchGetItem
TAB_OF = "tab#"

LeaseKey = tuple[str, str]


class TabEntry(Record):
    class Meta(Binding):
        pass

    owner_id = UnicodeAttribute(hash_key=True)  # the participant
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()


class Lease(TabEntry, discriminator="tab"):
    """A tab, there until `lapses_at_ms` unless it is closed before."""

    heard_at_ms = NumberAttribute()
    lapses_at_ms = NumberAttribute()
    staged = NumberAttribute(default=0)  # how many items
    closed = BooleanAttribute(null=True)

    @property
    def tab_id(self) -> TabId:
        return TabId(self.entry.removeprefix(TAB_OF))

    def held_at(self, now: int) -> bool:
        """Whether the tab is there."""
        return int(self.lapses_at_ms) > now and not self.closed


entries: Table[TabEntry] = Table(TabEntry, "tabs")
leases: Table[Lease] = Table(Lease, "tabs")


def lease_key(owner_id: str, tab_id: str) -> LeaseKey:
    return owner_id, TAB_OF + tab_id


def held(now: int) -> Condition:
    """Holds for a tab that is there; to be checked within a write."""
    there: Condition = (Lease.lapses_at_ms > now) & Lease.closed.does_not_exist()
    return there


def find_lease(owner_id: str, tab_id: str, *, now: int) -> Lease | None:
    """The tab, also when it is no longer there."""
    return leases.get(lease_key(owner_id, tab_id), now=now)


def held_leases(keys: Sequence[LeaseKey], *, now: int) -> dict[LeaseKey, Lease]:
    """Those of the tabs that are there, by key: one request for up to 100."""
    return {key: lease for key, lease in known_by_key(keys, now=now).items() if lease.held_at(now)}


def known_by_key(keys: Sequence[LeaseKey], *, now: int) -> dict[LeaseKey, Lease]:
    """Those of the tabs that have, or had until a day ago, a lease, by key: one request for up to 100."""
    found = leases.get_many(list(dict.fromkeys(keys)), now=now)
    return {(lease.owner_id, lease.entry): lease for lease in found}


def known_leases(owner_id: str, tab_ids: Sequence[str], *, now: int) -> list[Lease]:
    """Those of the participant's tabs that have, or had until a day ago, a lease."""
    return leases.get_many([lease_key(owner_id, one) for one in tab_ids[-BATCH_MAX:]], now=now)


def tabs_of(owner_id: ParticipantId, *, now: int) -> list[Lease]:
    """The participant's tabs that are there."""
    found = leases.query(owner_id, now=now, where=TabEntry.entry.startswith(TAB_OF))
    return [lease for lease in found if lease.held_at(now)]


def renew_lease(owner_id: str, tab_id: str, *, now: int) -> int | None:
    """A heartbeat: until when the lease runs now; None, and nothing revived, where the tab is not there."""
    key, lapses_at_ms = lease_key(owner_id, tab_id), STAGED_CONTENT.deadline(now)
    lives = Lease.living_until(TAB.deadline(lapses_at_ms))
    actions = [Lease.heard_at_ms.set(now), Lease.lapses_at_ms.set(lapses_at_ms), *lives]
    if leases.update(key, actions, now=now, where=held(now) & (Lease.heard_at_ms <= now)):
        return lapses_at_ms
    found = leases.get(key, now=now)  # overtaken by a later heartbeat?
    return int(found.lapses_at_ms) if found and found.held_at(now) else None


def open_lease(owner_id: str, tab_id: str, *, now: int) -> bool:
    """The tab is there from now on; False where one of that id is or was."""
    return leases.create(new_lease(owner_id, tab_id, now), now=now)


def close_lease(owner_id: str, tab_id: str, *, now: int) -> bool:
    """The tab is not there any more and never comes back, known before or not; False where it was closed already."""
    key, shut = lease_key(owner_id, tab_id), [Lease.closed.set(True)]
    if leases.update(key, shut, now=now, where=Lease.closed.does_not_exist()):
        return True
    unknown = new_lease(owner_id, tab_id, now)
    unknown.closed = True
    return leases.create(unknown, now=now)


def close_lapsed(lapsed: Sequence[Lease], *, now: int) -> set[LeaseKey]:
    """Closes tabs (at most 100) whose leases have run out, for a slow heartbeat as well.

    Those that were heard of or changed since they were read stay open: their keys.
    """
    if not lapsed or _close_all(lapsed, now):
        return set()
    return {(one.owner_id, one.entry) for one in lapsed if not _close_all([one], now)}


def _close_all(lapsed: Sequence[Lease], now: int) -> bool:
    both = Transaction(now=now)
    for one in lapsed:
        same = (Lease.lapses_at_ms == one.lapses_at_ms) & (Lease.staged == one.staged) & Lease.closed.does_not_exist()
        both.update(leases, leases.bare((one.owner_id, one.entry)), [Lease.closed.set(True)], where=same)
    return both.commit()


def forget_tabs(owner_id: str, *, now: int) -> None:
    """Every trace of the participant's tabs, of those that are over as well."""
    found = leases.query(owner_id, now=now, where=TabEntry.entry.startswith(TAB_OF))
    leases.delete_many((lease.owner_id, lease.entry) for lease in found)


def new_lease(owner_id: str, tab_id: str, now: int) -> Lease:
    lapses_at_ms = STAGED_CONTENT.deadline(now)
    lease = Lease(*lease_key(owner_id, tab_id), heard_at_ms=now, lapses_at_ms=lapses_at_ms)
    lease.lives_until(TAB.deadline(lapses_at_ms))
    return lease

"""An account that nobody has used for 180 days is erased as if its owner had asked (F5); a registration that nobody
confirms is deleted.

It is begun ahead of its end, so that by then nothing is left of it: the workflow waits for what is under way, and is
begun again where it fails. Of many that end at once each run of the reaper begins a few, so that it ends in time; at
their end they are unreadable all the same.
"""

from collections.abc import Collection

from chalicelib.accounts.models import Account, accounts, erase_unused, seal_anew
from chalicelib.lifetimes import HOUR, MINUTE
from chalicelib.privacy import erasing, service as privacy
from chalicelib.runtime import events, expiry, holdings, vault
from chalicelib.runtime.holdings import EVER, Person
from chalicelib.runtime.sweeping import sweep
from chalicelib.runtime.transactions import Transaction

KIND, UNUSED = "registration", "unused-account"
SEALED = "accounts/expiry"
AHEAD_MS = HOUR
ERASED = 20  # of a run: some fifty requests each before the workflow takes over


def file(account: Account, *, now: int) -> None:
    """Before a registration is stored, and whether it is or not: nobody can tell by the work."""
    name = vault.seal(SEALED, account.address)
    expiry.file(KIND, name, int(account.expires_at_ms), now=now)


def look_after(names: Collection[str], now: int) -> dict[str, int]:
    """The reaper's call: deletes registrations, and hands on accounts that come to their end; when to look again at
    those that live.

    One of a secret that is not listed any more is let go: the net below takes it.
    """
    unsealed = ((name, vault.unseal(SEALED, name)) for name in names)
    known = {name: address for name, address in unsealed if address}
    owned = {one.address: one for one in accounts.get_many(list(set(known.values())), now=EVER) if one.confirmed}
    for one in owned.values():
        seal_anew(one, now=now)
    looks = {name: _erased_at(owned[address]) for name, address in known.items() if address in owned}
    expiry.file_each(UNUSED, {name: at_ms for name, at_ms in looks.items() if at_ms <= now}, now=now)
    again = {name: at_ms for name, at_ms in looks.items() if at_ms > now}
    return again | sweep(accounts, {name: one for name, one in known.items() if one not in owned}, now=now)


def erase(name: str, now: int) -> int | None:
    """The reaper's call about an account that has come to its end; until when it lives, if it was used meanwhile."""
    address = vault.unseal(SEALED, name)
    account = accounts.get(address, now=EVER) if address else None
    if account is None or not account.confirmed:
        return None
    if _erased_at(account) > now:
        return _erased_at(account)
    return None if _erase(account, now) else now + MINUTE


def erase_over(address: str, *, now: int) -> None:
    """What nobody has used for 180 days, and the reaper has not come to: ahead of another account at its address."""
    found = accounts.get(address, now=EVER)
    if found is not None and found.confirmed and not found.live_at(now):
        _erase(found, now)


def _erased_at(account: Account) -> int:
    return int(account.expires_at_ms) - AHEAD_MS


def _erase(account: Account, now: int) -> bool:
    """False where it was used meanwhile. Nobody is told: nobody has been here, and the address is not to be used.

    Where the reaper was away, what leads to the rest is over as well, and still there.
    """
    both = Transaction(now=now)
    person = holdings.identify(Person(account.account_id), now=EVER)
    begun = erasing.begin(both, privacy.account(account.account_id), person, now=now)
    erase_unused(both, account)
    events.publish(events.AccountErasing(account.account_id, both, now))
    if not both.commit():
        return False
    erasing.carry_out(begun, now=now)
    return True

"""An account that nobody has used for 180 days is erased as if its owner had asked (F5); a registration that nobody
confirms is deleted.

It is begun ahead of its end, so that by then nothing is left of it: the workflow waits for what is under way, and is
begun again where it fails.
"""

from collections.abc import Collection, Iterator
from itertools import islice

from chalicelib.accounts.models import Account, accounts, erase_unused, seal_anew
from chalicelib.lifetimes import HOUR, MINUTE
from chalicelib.privacy import erasing, service as privacy
from chalicelib.runtime import events, expiry, holdings, vault
from chalicelib.runtime.holdings import EVER, Person
from chalicelib.runtime.sweeping import sweep
from chalicelib.runtime.transactions import Transaction

KIND = "account"
SEALED = "accounts/expiry"
AHEAD_MS = HOUR
ERASED = 3  # of a page: some fifty requests each before the workflow takes over, so that a run of floods ends in time


def file(account: Account, *, now: int) -> None:
    """Before a registration is stored, and whether it is or not: nobody can tell by the work."""
    name = vault.seal(SEALED, account.address)
    expiry.file(KIND, name, int(account.expires_at_ms), now=now)


def look_after(names: Collection[str], now: int) -> dict[str, int]:
    """The reaper's call: erases or deletes what comes to its end; when to look again at those that live.

    Of many at once some wait for their turn, a minute at a time; at their end they are unreadable all the same. One of
    a secret that is not listed any more is let go: the net below takes it.
    """
    unsealed = ((name, vault.unseal(SEALED, name)) for name in names)
    known = {name: address for name, address in unsealed if address}
    owned = {one.address: one for one in accounts.get_many(list(set(known.values())), now=EVER) if one.confirmed}
    ending = {address: one for address, one in owned.items() if not one.live_at(now + AHEAD_MS)}
    for one in owned.values():
        if one.address not in ending:
            seal_anew(one, now=now)
    begun = set(islice(_begun(ending.values(), now), ERASED))
    waits = {address: now + MINUTE if one.live_at(now) else now for address, one in ending.items()}
    lives = {one.address: int(one.expires_at_ms) - AHEAD_MS for one in owned.values()} | waits
    again = {name: lives[address] for name, address in known.items() if address in lives and address not in begun}
    return again | sweep(accounts, {name: one for name, one in known.items() if one not in owned}, now=now)


def _begun(ending: Collection[Account], now: int) -> Iterator[str]:
    """Where the accounts lie whose erasure has begun, one after the other."""
    return (one.address for one in ending if _erase(one, now))


def _erase(account: Account, now: int) -> bool:
    """False where it was used meanwhile. Nobody is told: nobody has been here, and the address is not to be used."""
    both = Transaction(now=now)
    person = holdings.identify(Person(account.account_id), now=now)
    begun = erasing.begin(both, privacy.account(account.account_id), person, now=now)
    erase_unused(both, account)
    events.publish(events.AccountErasing(account.account_id, both, now))
    if not both.commit():
        return False
    erasing.carry_out(begun, now=now)
    return True

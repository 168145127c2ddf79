"""An account that nobody uses, and a registration that nobody confirms, is physically gone soon after its end."""

from collections.abc import Collection

from chalicelib.accounts.models import Account, accounts
from chalicelib.runtime import expiry, vault
from chalicelib.runtime.sweeping import sweep

KIND = "account"
SEALED = "accounts/expiry"


def file(account: Account, *, now: int) -> None:
    """Before a registration is stored, and whether it is or not: nobody can tell by the work."""
    name = vault.seal(SEALED, account.address)
    expiry.file(KIND, name, int(account.expires_at_ms), now=now)


def look_after(names: Collection[str], now: int) -> dict[str, int]:
    """The reaper's call: deletes those that have run out; until when those live that were used meanwhile.

    One of a secret that is not listed any more is let go: the net below takes it.
    """
    known = ((name, vault.unseal(SEALED, name)) for name in names)
    return sweep(accounts, {name: address for name, address in known if address}, now=now)

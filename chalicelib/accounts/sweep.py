"""An account that nobody uses, and a registration that nobody confirms, is physically gone soon after its end."""

from chalicelib.accounts.models import Account, accounts
from chalicelib.runtime import expiry, vault

KIND = "account"
SEALED = "accounts/expiry"


def file(account: Account, *, now: int) -> None:
    """Before a registration is stored, and whether it is or not: nobody can tell by the work."""
    expiry.file(KIND, vault.seal(SEALED, account.address), int(account.expires_at_ms), now=now)


def look_after(name: str, now: int) -> int | None:
    """The reaper's call: deletes one that has run out; until when it lives, for one that was used meanwhile."""
    address = vault.unseal(SEALED, name)
    if address is None:
        return None  # of a secret that is not listed any more: the net below takes it
    found = accounts.get(address, now=now)
    if found is not None:
        return int(found.expires_at_ms)
    accounts.delete(address, where=Account.address.does_not_exist() | (Account.expires_at_ms <= now))
    return None

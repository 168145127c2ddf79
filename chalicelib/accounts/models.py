"""Accounts, filed under a digest of their address.

An account's id begins with that digest, so that log in (by address) and everything else (by id) is one GetItem.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.lifetimes import HOUR, PERSONAL_DATA, REGISTRATION
from chalicelib.runtime import holdings, vault
from chalicelib.runtime.addresses import KEY, Address, key_in_id, key_of
from chalicelib.runtime.events import AccountUsed
from chalicelib.runtime.gathering import Wanted
from chalicelib.runtime.holdings import Person
from chalicelib.runtime.ids import opaque
from chalicelib.runtime.store import Binding, Record, Table
from chalicelib.runtime.transactions import Transaction

RECORD_USE_AFTER_MS = 12 * HOUR
SEALED_EMAIL, SEALED_TOTP = "accounts/email", "accounts/totp"


class Account(Record):
    """Until its address is confirmed it lives a day and nobody can use it."""

    class Meta(Binding):
        pass

    address = UnicodeAttribute(hash_key=True)  # of the address, a digest
    account_id = UnicodeAttribute()
    email = UnicodeAttribute()  # sealed
    password_hash = UnicodeAttribute()
    revision = UnicodeAttribute()  # another with each password and second factor: what was proved is for one
    confirmed = BooleanAttribute()
    asked_by = UnicodeAttribute(null=True)  # the guest who registered, as consents name them; until its first log in
    consents = UnicodeAttribute(null=True)  # given at registration, on record once the address is confirmed
    registered_at_ms = NumberAttribute()
    age = UnicodeAttribute(null=True)  # adult or minor: what followed from the birth date when they registered
    used_at_ms = NumberAttribute()
    language = UnicodeAttribute()
    capture_insights = BooleanAttribute()
    capture_since_ms = NumberAttribute(default=0)  # when that was last switched on, after it had been off
    totp_offered = UnicodeAttribute(null=True)  # sealed, until a first code proves it
    totp_offered_at_ms = NumberAttribute(null=True)
    totp_secret = UnicodeAttribute(null=True)  # sealed
    totp_step = NumberAttribute(null=True)  # the time step of the last code: none counts twice
    recovery = UnicodeSetAttribute(null=True)  # digests of the codes left

    @property
    def email_address(self) -> Address:
        return Address(vault.unseal(SEALED_EMAIL, self.email) or "")

    def used(self, now: int) -> None:
        self.used_at_ms = now
        self.lives_until(PERSONAL_DATA.deadline(now))


@dataclass(frozen=True)
class CodeUse:
    """What makes a code count once: `actions` on the account, where `unused` holds. Nothing where none is needed."""

    actions: tuple[Action, ...] = ()
    unused: Condition | None = None


accounts = Table(Account, "accounts")
UNCONFIRMED: Condition = Account.confirmed == False  # noqa: E712 - a condition


def new_account(
    address: Address,
    password_hash: str,
    *,
    language: str,
    asked_by: str | None,
    consents: str,
    age: str | None,
    now: int,
) -> Account:
    """An account to be confirmed within a day."""
    key = key_of(address)
    made = Account(
        key, account_id=key + opaque()[: 22 - KEY], email=vault.seal(SEALED_EMAIL, address),
        password_hash=password_hash, revision=opaque(), confirmed=False, asked_by=asked_by, consents=consents, age=age,
        language=language, registered_at_ms=now, used_at_ms=now, capture_insights=True,
    )  # fmt: skip
    made.lives_until(REGISTRATION.deadline(now))
    return made


def file_registration(account: Account, *, now: int) -> bool:
    """False where a confirmed account has that address; a registration never confirmed gives way.

    One that nobody has used for 180 days stays until it is erased: by the row that is found. Until then the mailed link
    alone holds the registration.
    """
    accounts.replace(account, where=Account.address.does_not_exist() | UNCONFIRMED)
    there = accounts.get(account.address, now=now)
    return there is None or not there.confirmed


def find_registered(key: str, guest: str, *, now: int) -> Account | None:
    """What that guest has registered under that address, and nobody has logged in to yet."""
    found = accounts.get(key, now=now)
    return found if found and found.asked_by == guest else None


def forget_registered(both: Transaction, account: Account) -> None:
    """Where nobody has logged in to it meanwhile."""
    both.delete(accounts, account, where=unchanged(account) & (Account.asked_by == account.asked_by))


def confirm(both: Transaction, account: Account, *, now: int) -> None:
    """The transaction makes the account usable, where its address has none that is; whose registration lies there
    does not matter: every link confirms the one it was mailed for. One that is over has been erased before.
    """
    account.confirmed, account.consents = True, None
    account.used(now)
    both.create(accounts, account, over=UNCONFIRMED)


def find_by_address(address: Address, *, now: int) -> Account | None:
    """Confirmed or not."""
    return accounts.get(key_of(address), now=now)


def row_of(address: Address) -> Wanted:
    """Where an address's account is, for whoever reads it together with other things."""
    return accounts, key_of(address)


def find(account_id: str, *, now: int) -> Account | None:
    """The confirmed account of that id."""
    found = accounts.get(key_in_id(account_id), now=now)
    return found if found and found.confirmed and found.account_id == account_id else None


def everyone(*, now: int) -> Iterator[Account]:
    """Every confirmed account, page by page: for the operator. No request ever comes here."""
    return (one for one in accounts.everything(now=now) if one.confirmed)


def change(account: Account, *actions: Action, now: int, where: Condition | None = None) -> Account | None:
    """The account after `actions`; None where it is gone, or `where` does not hold. Counts as its use."""
    is_it = Account.account_id == account.account_id
    condition = is_it if where is None else is_it & where
    return accounts.update(account.address, [*actions, *_using(now)], now=now, where=condition)


def verify(both: Transaction, account: Account, used: CodeUse, password_hash: str | None, *, now: int) -> None:
    """The transaction of a log in happens only where all that was verified holds; with it goes what it changes.

    The last use is recorded every time: a condition alone would cost as much.
    """
    actions = [*used.actions, *_sealing_anew(account), *_owning(account)]
    actions += [] if password_hash is None else [Account.password_hash.set(password_hash)]
    change_too(both, account, *actions, now=now, where=used.unused)


def unchanged(account: Account) -> Condition:
    """Holds where it is the same account, with the same password and second factor as when it was read."""
    same: Condition = (Account.account_id == account.account_id) & (Account.revision == account.revision)
    return same


def change_password(account: Account, password_hash: str, revision: str, *, now: int) -> Account | None:
    """None where the password or the second factor was changed meanwhile."""
    return change(account, *replacing(password_hash, revision), now=now, where=unchanged(account))


def replacing(password_hash: str, revision: str) -> list[Action]:
    """Another password; a second factor offered to whoever knew the old one is void."""
    return [Account.password_hash.set(password_hash), *revising(revision), *withdrawing_offer()]


def revising(revision: str) -> list[Action]:
    """Whatever was proved before does not count any more."""
    return [Account.revision.set(revision)]


def withdrawing_offer() -> list[Action]:
    return [Account.totp_offered.remove(), Account.totp_offered_at_ms.remove()]


def change_too(both: Transaction, account: Account, *actions: Action, now: int, where: Condition | None = None) -> None:
    """As `change`, with the rest of the transaction, and only where the account is unchanged."""
    same = unchanged(account) if where is None else unchanged(account) & where
    both.update(accounts, account, [*actions, *_using(now)], where=same)


def record_use(account: Account, *, now: int) -> None:
    """At most once in 12 h: their own 180 days begin anew; at once where an older secret has sealed something."""
    fresh = _sealing_anew(account)
    if fresh or use_is_due(account, now):
        change(account, *fresh, now=now, where=unchanged(account))


def seal_anew(account: Account, *, now: int) -> None:
    """What an older secret sealed, so that it is read once that is gone, if it lives. It is no use of the account."""
    fresh = _sealing_anew(account)
    if fresh:
        accounts.update(account.address, fresh, now=now, where=unchanged(account))


def record_use_with(event: AccountUsed) -> None:
    """The account's last use, in the transaction that records its session's: whoever meets others uses it, too."""
    key, now = key_in_id(event.account_id), event.now
    is_it = Account.account_id == event.account_id
    event.together.update(accounts, accounts.bare(key), _using(now), where=is_it)


def use_is_due(account: Account, now: int) -> bool:
    return now - int(account.used_at_ms) > RECORD_USE_AFTER_MS


def erase(both: Transaction, account: Account) -> None:
    """Where its password and second factor are as they were read."""
    both.delete(accounts, account, where=unchanged(account))


def erase_unused(both: Transaction, account: Account) -> None:
    """Where nobody has used it since it was read."""
    both.delete(accounts, account, where=unchanged(account) & (Account.expires_at_ms == account.expires_at_ms))


def switching(
    account: Account, actions: Sequence[Action], where: Condition | None, now: int
) -> Callable[[Transaction, str], None]:
    """Another second factor, where `where` holds; one that was offered is void."""
    all_of_it = [*actions, *withdrawing_offer()]
    return lambda both, revision: change_too(both, account, *all_of_it, *revising(revision), now=now, where=where)


def _owning(account: Account) -> list[Action]:
    """Whoever logs in has it: it is no mere registration of some guest's any more."""
    return [Account.asked_by.remove()] if account.asked_by else []


def _using(now: int) -> list[Action]:
    return [Account.used_at_ms.set(now), *Account.living_until(PERSONAL_DATA.deadline(now))]


def _sealing_anew(account: Account) -> list[Action]:
    sealed = ((Account.email, account.email, SEALED_EMAIL), (Account.totp_secret, account.totp_secret, SEALED_TOTP))
    fresh = [(attribute, vault.sealed_anew(purpose, value)) for attribute, value, purpose in sealed]
    return [attribute.set(value) for attribute, value in fresh if value is not None]


def _account_of(person: Person, now: int) -> list[Account]:
    """Theirs, and what they have begun to register and nobody has logged in to."""
    own = {key_in_id(person.account_id)} if person.account_id else set()
    found = accounts.get_many(sorted(own | person.addresses), now=now)
    guests = {f"guest/{one}" for one in person.participants}  # as `asked_by` names them
    return [one for one in found if one.account_id == person.account_id or one.asked_by in guests]


def _shown(account: Account) -> dict[str, Any]:
    """Of what only proves who somebody is, that it is there."""
    return {
        "email": account.email_address,
        "registered_at_ms": int(account.registered_at_ms),
        "used_at_ms": int(account.used_at_ms),
        "age": account.age,
        "language": account.language,
        "capture_insights": bool(account.capture_insights),
        "password": bool(account.password_hash),
        "totp": account.totp_secret is not None,
        "recovery_codes": len(account.recovery or ()),
    }


def _owner_of(account: Account) -> Person:
    return Person(str(account.account_id))


holdings.hold(
    Account, accounts, PERSONAL_DATA, REGISTRATION, find=_account_of, export=_shown, at_once=True, whose=_owner_of
)

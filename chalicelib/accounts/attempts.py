"""How often anyone may try: refused before any password is hashed and any mail is sent, known address or not.

A stranger can use up what their own network may do, never what the account's owner may: docs/adr/0012.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from chalicelib.lifetimes import HOUR, MINUTE
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.errors import TooMany
from chalicelib.runtime.gathering import Wanted
from chalicelib.runtime.ids import SessionId
from chalicelib.runtime.limits import Tally, Window, tallies
from chalicelib.runtime.networks import network

# counted before the password is looked at
GUESSES = Window("guess", 10, 15 * MINUTE)  # of one network at one account
OWN_LOG_INS = Window("own-log-in", 20, 15 * MINUTE)  # of all sessions together that the account's owner proved before
PROOFS = Window("proof", 10, 15 * MINUTE)  # passwords and codes once more, of all sessions of one account together
# counted once wrong: a hall of people may log in at the same time
WRONG_ANYWHERE = Window("wrong-anywhere", 100, 15 * MINUTE)  # at one account
WRONG_NEARBY = Window("wrong-nearby", 1_000, 15 * MINUTE)  # of one network at any account
WRONG_CODES = Window("wrong-code", 10, 15 * MINUTE)  # second factors of one account, after its right password
OWN_WRONG = Window("own-wrong", 10, 15 * MINUTE)  # passwords of all sessions its owner proved together
OWN_WRONG_CODES = Window("own-wrong-code", 10, 15 * MINUTE)  # second factors of all these together
REQUESTS = Window("request", 1_000, HOUR)  # of one network, that send mail
MAILS = Window("mail", 5, HOUR)  # of one kind to one address, asked for from one network
MAILS_ANYWHERE = Window("mail-anywhere", 20, HOUR)  # of one kind to one address, whoever asked for them


MailKind = Literal["registration", "reset"]


class Tallies(NamedTuple):
    """What was wrong so far, in the order of `rows_of`."""

    anywhere: Tally | None = None
    nearby: Tally | None = None
    codes: Tally | None = None
    own: Tally | None = None
    own_codes: Tally | None = None


@dataclass(frozen=True)
class Guess:
    """A password for an address, typed in a network. `own` is a session which that account's owner proved before."""

    address: Address
    network: str
    own: SessionId | None
    tallies: Tallies

    def count(self, *, now: int) -> None:
        """Before the password is looked at. Raises TooMany."""
        if self.own:
            OWN_WRONG.check(self.tallies.own, now=now)
            return OWN_LOG_INS.count(self.address, now=now)
        WRONG_ANYWHERE.check(self.tallies.anywhere, now=now)
        WRONG_NEARBY.check(self.tallies.nearby, now=now)
        return GUESSES.count(_from(self.network, self.address), now=now)

    def was_wrong(self, *, now: int) -> None:
        if self.own:
            return OWN_WRONG.note(self.address, now=now)
        WRONG_ANYWHERE.note(self.address, now=now)
        return WRONG_NEARBY.note(self.network, now=now)

    def may_send_code(self, *, now: int) -> None:
        """Before a second factor is looked at. Raises TooMany."""
        if self.own:
            OWN_WRONG_CODES.check(self.tallies.own_codes, now=now)
        else:
            WRONG_CODES.check(self.tallies.codes, now=now)

    def code_was_wrong(self, *, now: int) -> None:
        (OWN_WRONG_CODES if self.own else WRONG_CODES).note(self.address, now=now)


def rows_of(address: Address, viewer: str, now: int) -> list[Wanted]:
    """What a Guess needs to know."""
    return [
        WRONG_ANYWHERE.row(address, now), WRONG_NEARBY.row(network(viewer), now), WRONG_CODES.row(address, now),
        OWN_WRONG.row(address, now), OWN_WRONG_CODES.row(address, now),
    ]  # fmt: skip


def count_proof(account_id: str, *, now: int) -> None:
    """Of a password or code by someone signed in: strangers cannot use these up. Raises TooMany.

    By account: each change of the password gives a session another id, and would give it another ten codes to try.
    """
    PROOFS.count(account_id, now=now)


def forget_wrong(address: Address, viewer: str, *, now: int) -> None:
    """The password is another one, chosen by whoever reads the account's mail: they may begin anew.

    Wrong codes stay: the second factor guards against whoever reads that mail, however often they choose another.
    """
    anyones = [window.row(address, now) for window in (WRONG_ANYWHERE, OWN_WRONG, OWN_LOG_INS)]
    rows = [*anyones, GUESSES.row(_from(network(viewer), address), now)]
    tallies.delete_many(key for _, key in rows)


def count_request(viewer: str, *, now: int) -> None:
    """Raises TooMany for a network that has too many mails sent."""
    REQUESTS.count(network(viewer), now=now)


def may_mail(kind: MailKind, address: Address, viewer: str, *, now: int) -> bool:
    """False where the address has had its share: that is nothing the asker is told.

    Strangers use up what their own network may ask for; it takes four of them to keep a mail from whoever waits for it.
    """
    try:
        for window, whom in _mails(kind, address, viewer):
            window.count(whom, now=now)
    except TooMany:
        return False
    return True


def was_not_mailed(kind: MailKind, address: Address, viewer: str, *, now: int) -> None:
    """The mail that `may_mail` allowed could not be handed over: whoever asks again has lost nothing."""
    for window, whom in _mails(kind, address, viewer):
        window.take_back(whom, now=now)


def _mails(kind: MailKind, address: Address, viewer: str) -> tuple[tuple[Window, str], ...]:
    return (MAILS, f"{kind} {_from(network(viewer), address)}"), (MAILS_ANYWHERE, f"{kind} {address}")


def _from(network: str, address: Address) -> str:
    return f"{network} {address}"

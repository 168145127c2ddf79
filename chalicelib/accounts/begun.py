"""Registrations that a guest has begun: gone at once where the guest turns out to be too young (C7).

The guest's session names them, since nothing else leads from a guest to an address.
"""

from chalicelib.accounts import models, token_models as tokens
from chalicelib.accounts.models import Account
from chalicelib.lifetimes import HOUR, SECOND
from chalicelib.privacy import service as privacy
from chalicelib.runtime.errors import TooMany
from chalicelib.runtime.events import FoundTooYoung
from chalicelib.runtime.transactions import Transaction
from chalicelib.sessions.models import Session, change, find

BEGUN_MAX = 30  # of one session, within the day that a registration lives
RETRY_AFTER_S = HOUR // SECOND


def note(session: Session, account: Account, token: str, *, now: int) -> str:
    """Ahead of storing what it names; what to call it by. Raises TooMany."""
    known: set[str] = set(session.registered or ())
    over = {one for one in known if _is_over(one, session, now)}
    if over:
        change(session.session_id, [Session.registered.delete(over)], now=now)
    if len(known - over) >= BEGUN_MAX:
        raise TooMany(
            "So many registrations wait for their mails already. Try again later.", retry_after_s=RETRY_AFTER_S
        )
    begun = f"{int(account.expires_at_ms):015}.{account.address}.{tokens.name_of(tokens.CONFIRMATION, token)}"
    change(session.session_id, [Session.registered.add({begun})], now=now)
    return begun


def _is_over(begun: str, session: Session, now: int) -> bool:
    """Its day has passed, and it is no account that nobody has logged in to."""
    until_ms, address, _ = begun.split(".")
    guest = privacy.guest(session.participant_id)
    return int(until_ms) <= now and models.find_registered(address, guest, now=now) is None


def finish(session: Session, begun: str, *, since: int, now: int) -> None:
    """What was stored by a guest who was found too young since then goes again."""
    guest = privacy.guest(session.participant_id)
    if privacy.is_erased(guest, now=now, since=since):
        _forget(begun, guest, now)


def forget_begun(event: FoundTooYoung) -> None:
    """After the guest's erasure is noted: what they began at this moment is found here, or sees that."""
    session = find(event.session_id, now=event.now)
    noted: set[str] = set(session.registered or ()) if session else set()
    for begun in sorted(event.registered | noted):
        _forget(begun, privacy.guest(event.participant_id), event.now)


def _forget(begun: str, guest: str, now: int) -> None:
    """Confirmed or not, as long as nobody has logged in; somebody else's registration stays."""
    _, address, token = begun.split(".")
    tokens.tokens.delete(token)
    account = models.find_registered(address, guest, now=now)
    if account is not None:
        both = Transaction(now=now)
        models.forget_registered(both, account)
        privacy.leave(both, privacy.account(account.account_id), now=now)
        both.commit()

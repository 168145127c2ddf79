"""How often anyone may try: counted before any password is hashed and any mail is sent, known address or not."""

from chalicelib.lifetimes import HOUR, MINUTE
from chalicelib.runtime import limits
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.errors import TooMany
from chalicelib.runtime.networks import network

GUESSES, GUESSING_MS = 10, 15 * MINUTE  # passwords for one account
# of one network: a hall of people may log in and register at the same time
LOG_INS, LOGGING_IN_MS = 200, 15 * MINUTE
REQUESTS, REQUESTING_MS = 100, HOUR  # that send mail
MAILS, MAILING_MS = 5, HOUR  # to one address, whoever asked for them


def count_log_in(address: Address, viewer: str, *, now: int) -> None:
    """Raises TooMany. `viewer` is the address the request came from."""
    limits.count(limits.hidden("log-in", network(viewer)), allowed=LOG_INS, window_ms=LOGGING_IN_MS, now=now)
    count_guess(address, now=now)


def count_guess(address: Address, *, now: int) -> None:
    """Raises TooMany where the account's password was tried too often, wherever from."""
    limits.count(limits.hidden("guess", address), allowed=GUESSES, window_ms=GUESSING_MS, now=now)


def count_request(viewer: str, *, now: int) -> None:
    """Raises TooMany for a network that has too many mails sent."""
    limits.count(limits.hidden("request", network(viewer)), allowed=REQUESTS, window_ms=REQUESTING_MS, now=now)


def may_mail(address: Address, *, now: int) -> bool:
    """False where the address has had its share: that is nothing the asker is told."""
    try:
        limits.count(limits.hidden("mail", address), allowed=MAILS, window_ms=MAILING_MS, now=now)
    except TooMany:
        return False
    return True

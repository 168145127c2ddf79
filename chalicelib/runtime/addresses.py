"""What an e-mail address is: one that mail can be sent to, compared in lower case."""

import re
from typing import Annotated, NewType

from msgspec import Meta

from chalicelib.runtime import vault
from chalicelib.runtime.errors import FieldError, Invalid

Address = NewType("Address", str)  # an e-mail address in lower case, as all are compared

KEY = 16  # characters of an address's digest, 96 bits; the other six of an id tell an address's accounts apart
EMAIL_MAX = 254  # characters, RFC 5321 4.5.3.1.3 less the angle brackets
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(
    rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*\.[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])"
)
_BLANK = r"\s\x1c-\x1f\x85\ufeff"  # what the API document's regular expressions and Python's call blank, together
EmailText = Annotated[str, Meta(pattern=f"^[^@{_BLANK}]{{1,64}}@[^@{_BLANK}]{{3,189}}$")]  # parse_address knows better


def parse_address(text: str) -> Address:
    """Raises Invalid for anything but an address that mail can be sent to."""
    if len(text) > EMAIL_MAX or _EMAIL.fullmatch(text) is None:
        raise Invalid(
            "This is no e-mail address.", errors=[FieldError("$.email", "an address such as ada@example.org")]
        )
    return Address(text.lower())


def key_of(address: Address) -> str:
    """A digest of the address, under which its account is filed and with which that account's id begins."""
    return vault.digest("accounts/address", address)[:KEY]


def key_in_id(account_id: str) -> str:
    """The digest of an account's address."""
    return account_id[:KEY]

"""Where an account's owner gets the mails that they agreed to: for such a mail, it takes the consent to learn it."""

from typing import TypeVar

from chalicelib.accounts.models import Account
from chalicelib.privacy import service as privacy
from chalicelib.runtime.addresses import Address
from chalicelib.runtime.consent import Consented, Purpose

P = TypeVar("P", bound=Purpose)


def address_for(purpose: type[P], account: Account, proof: Consented[P]) -> Address:
    """Raises RuntimeError for a consent to something else, and for somebody else's."""
    if proof.subject_for(purpose) != privacy.account(account.account_id):
        raise RuntimeError("this is somebody else's consent")
    return account.email_address

"""Under 13: a parent, guardian or teacher is asked by mail, and may allow a nickname (C7).

The mail's address is used for that one mail and stored nowhere; what waits for the answer is a session and a digest.
"""

import secrets
from pathlib import Path

from chalicelib.lifetimes import GUARDIAN_REQUEST, HOUR
from chalicelib.runtime import mail, vault
from chalicelib.runtime.addresses import Address, parse_address
from chalicelib.runtime.disclosure import send_mail
from chalicelib.runtime.errors import Conflict, Gone, Unavailable
from chalicelib.runtime.limits import Window
from chalicelib.runtime.networks import network
from chalicelib.runtime.running_out import RunningOut
from chalicelib.sessions.models import GuardianRequest, Session, change, guardian_requests
from chalicelib.sessions.service import note_traces

RUNNING_OUT = RunningOut("guardian-request", guardian_requests)
TEMPLATES = Path(__file__).parent / "mails"
# mails, as in docs/adr/0012: a school asks at once, and a class of thirty one teacher
OF_NETWORK = Window("guardian/network", 400, HOUR)
OF_SESSION = Window("guardian/session", 3, HOUR)
TO_ADDRESS = Window("guardian/address", 40, HOUR)  # asked for from one network
TO_ADDRESS_ANYWHERE = Window("guardian/address-anywhere", 160, HOUR)


def ask_guardian(session: Session, email: str, language: str, viewer: str, *, now: int) -> None:
    """Sends the question. Raises Conflict where the age is known, TooMany, Unavailable."""
    if session.age:
        raise Conflict("Your age is known already: nobody has to be asked.")
    address = parse_address(email)
    counted = _windows(session, address, viewer)
    for window, whom in counted:
        window.count(whom, now=now)
    note_traces(session, now=now)
    token = secrets.token_urlsafe(24)
    request = GuardianRequest(*_key(token), session_id=session.session_id)
    request.lives_until(GUARDIAN_REQUEST.deadline(now))
    RUNNING_OUT.file([request], now=now)
    guardian_requests.put(request)
    try:
        message = mail.compose(TEMPLATES, "guardian", language, to=address, link=mail.link("guardian", token))
        send_mail(message, now=now, about=f"guest/{session.participant_id}")  # no trace of the address
    except Unavailable:  # whoever asks again has lost nothing
        for window, whom in counted:
            window.take_back(whom, now=now)
        raise


def answer(token: str, *, approve: bool, now: int) -> None:
    """The grown-up's answer, once. Raises Gone for links used, expired and unknown alike."""
    request = guardian_requests.get(_key(token), now=now)
    if request is None or not guardian_requests.take(request, now=now):
        raise Gone("This link was used, or is older than a day.")
    allowed = [Session.age.set("child")]
    if approve and change(request.session_id, allowed, now=now, where=Session.age.does_not_exist()) is None:
        raise Gone("The child's browser has moved on. Let them ask again.")


def _windows(session: Session, address: Address, viewer: str) -> tuple[tuple[Window, str], ...]:
    near = network(viewer)
    return (
        (OF_NETWORK, near), (OF_SESSION, session.session_id), (TO_ADDRESS, f"{near} {address}"),
        (TO_ADDRESS_ANYWHERE, address),
    )  # fmt: skip


def _key(token: str) -> tuple[str, str]:
    return vault.digest("guardian/token", token), "guardian"

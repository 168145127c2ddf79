"""/v1/account: what its owner, signed in, reads and changes."""

from typing import Any

from chalice.app import Blueprint

from chalicelib.accounts import reset, second_factor, service
from chalicelib.accounts.models import Account
from chalicelib.accounts.schemas import (
    AccountPatch,
    AccountView,
    ChangePassword,
    MailSettings,
    OwnPassword,
    RecoveryCodes,
    TotpCode,
    TotpOff,
    TotpOffer,
)
from chalicelib.accounts.signed import Signed, find_signed
from chalicelib.privacy.schemas import Erased, erased_view
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, TooMany, Unauthenticated, Unavailable
from chalicelib.runtime.http import Call, Reply, operation
from chalicelib.sessions import edge
from chalicelib.sessions.schemas import SessionView

routes = Blueprint(__name__)

PROVEN = (Unauthenticated, TooMany, Conflict)  # what asks for the password or a code


@operation(routes, "GET", "/v1/account", summary="My account", answers=AccountView, errors=(Unauthenticated,))
def read_account(call: Call[None]) -> Reply:
    now = clock.now()
    return Reply(_view(_signed(call, now).account, now))


@operation(routes, "PATCH", "/v1/account", summary="Change my settings", body=AccountPatch, answers=AccountView,
           errors=(Unauthenticated, Conflict, TooMany))  # fmt: skip
def change_account(call: Call[AccountPatch]) -> Reply:
    now = clock.now()
    return Reply(_view(service.change_settings(_signed(call, now), call.body, now=now), now))


@operation(routes, "DELETE", "/v1/account", summary="Erase my account, now", body=OwnPassword, answers=Erased,
           errors=PROVEN)  # fmt: skip
def erase_account(call: Call[OwnPassword]) -> Reply:
    now = clock.now()
    begun = service.erase_account(_signed(call, now), call.body.password, now=now)
    edge.forget(call)
    return Reply(erased_view(begun))


@operation(routes, "PUT", "/v1/account/password", summary="Change my password; other devices are signed out",
           body=ChangePassword, answers=SessionView, errors=(*PROVEN, Unavailable))  # fmt: skip
def change_password(call: Call[ChangePassword]) -> Reply:
    now = clock.now()
    session = reset.change_password(_signed(call, now), call.body.password, call.body.new_password, now=now)
    edge.give_cookie(call, session.session_id, now=now)
    return Reply(edge.view(call, session, now=now))


@operation(routes, "POST", "/v1/account/totp", summary="A secret for my authenticator", body=OwnPassword,
           answers=TotpOffer, errors=PROVEN)  # fmt: skip
def offer_totp(call: Call[OwnPassword]) -> Reply:
    now = clock.now()
    offered = second_factor.offer(_signed(call, now), call.body.password, now=now)
    return Reply(TotpOffer(offered.secret, offered.uri, offered.qr))


@operation(routes, "PUT", "/v1/account/totp", summary="Switch the second factor on by a first code", body=TotpCode,
           answers=RecoveryCodes, errors=PROVEN)  # fmt: skip
def switch_totp_on(call: Call[TotpCode]) -> Reply:
    now = clock.now()
    session, codes = second_factor.switch_on(_signed(call, now), call.body.totp, now=now)
    edge.give_cookie(call, session.session_id, now=now)
    return Reply(RecoveryCodes(codes))


@operation(routes, "DELETE", "/v1/account/totp", summary="Switch the second factor off", body=TotpOff, status=204,
           errors=PROVEN)  # fmt: skip
def switch_totp_off(call: Call[TotpOff]) -> Reply:
    now = clock.now()
    session = second_factor.switch_off(_signed(call, now), call.body.password, call.body.totp, now=now)
    edge.give_cookie(call, session.session_id, now=now)
    return Reply(status=204)


def _signed(call: Call[Any], now: int) -> Signed:
    return find_signed(edge.require_session(call, now=now), now=now)


def _view(account: Account, now: int) -> AccountView:
    return AccountView(
        account.email_address,
        bool(account.capture_insights),
        account.language,  # type: ignore[arg-type]  # written from the same set of words
        MailSettings(**service.mails_of(account, now=now)),
        account.totp_secret is not None,
    )

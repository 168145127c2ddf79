"""What the routes about accounts take and answer."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from chalicelib.accounts.rules import ANY_PASSWORD, NEW_PASSWORD
from chalicelib.privacy.schemas import Choices
from chalicelib.runtime.addresses import EmailText
from chalicelib.runtime.consent import PurposeName
from chalicelib.runtime.languages import Language

TokenText = Annotated[str, Meta(min_length=1, max_length=200)]
CodeText = Annotated[str, Meta(min_length=6, max_length=20)]


class NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    """What is not agreed to in `consents` is not agreed to; `language` is that of the mails."""

    email: EmailText
    password: NEW_PASSWORD
    consents: Choices = field(default_factory=Choices)
    language: Language | None = None


class Accepted(msgspec.Struct):
    """The same for known and unknown addresses. A mail comes, unless the address had several within the hour."""

    accepted: bool = True


class MailedToken(msgspec.Struct, forbid_unknown_fields=True):
    """From the fragment of a mail's link."""

    token: TokenText


class Verified(msgspec.Struct):
    verified: bool = True


class ResetWanted(msgspec.Struct, forbid_unknown_fields=True):
    email: EmailText
    language: Language | None = None


class ResetPassword(msgspec.Struct, forbid_unknown_fields=True):
    token: TokenText
    password: NEW_PASSWORD


class PasswordChanged(msgspec.Struct):
    changed: bool = True


class LogIn(msgspec.Struct, forbid_unknown_fields=True):
    """`totp` is a code of the authenticator or a recovery code; without one and with a second factor on: 401."""

    email: EmailText
    password: ANY_PASSWORD
    totp: CodeText | None = None


class ChangePassword(msgspec.Struct, forbid_unknown_fields=True):
    password: ANY_PASSWORD
    new_password: NEW_PASSWORD


class MailSettings(msgspec.Struct):
    """Each is the consent to such mails: see /v1/consents."""

    report_ready: bool
    news: bool


class AccountView(msgspec.Struct):
    email: str
    capture_insights: bool
    language: Language
    mail: MailSettings
    totp: bool


class MailPatch(msgspec.Struct, forbid_unknown_fields=True):
    report_ready: bool | UnsetType = UNSET
    news: bool | UnsetType = UNSET


class AccountPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is given changes, the rest stays."""

    capture_insights: bool | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    mail: MailPatch = field(default_factory=MailPatch)


class OwnPassword(msgspec.Struct, forbid_unknown_fields=True):
    password: ANY_PASSWORD


class TotpOffer(msgspec.Struct):
    """For the authenticator: `qr` is `uri` as a picture (an SVG data URI)."""

    secret: str
    uri: str
    qr: str


class TotpCode(msgspec.Struct, forbid_unknown_fields=True):
    totp: CodeText


class RecoveryCodes(msgspec.Struct):
    """Each is good once, where the authenticator is lost. They are shown this once."""

    recovery_codes: list[str]


class TotpOff(msgspec.Struct, forbid_unknown_fields=True):
    """`totp`, a code of the authenticator or a recovery code, may be left out where it is not on."""

    password: ANY_PASSWORD
    totp: CodeText | None = None


class UnsubscribeView(msgspec.Struct):
    """What the person does not agree to after the click."""

    purpose: PurposeName

"""The session as the API shows it."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.runtime.addresses import EmailText
from chalicelib.runtime.ids import OpaqueText
from chalicelib.runtime.languages import Language
from chalicelib.sessions.rules import BORN_FIRST, Age, Outcome

Theme = Literal["light", "dark"]
Panel = Literal["open", "closed"]
Help = Literal["shown", "hidden"]


class Preferences(msgspec.Struct, omit_defaults=True):
    """How the person likes the page; what is not said follows the browser."""

    language: Language | None = None
    theme: Theme | None = None
    panel: Panel | None = None
    help: Help | None = None


class PreferencesPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is given changes, null forgets it, the rest stays."""

    language: Language | UnsetType | None = UNSET
    theme: Theme | UnsetType | None = UNSET
    panel: Panel | UnsetType | None = UNSET
    help: Help | UnsetType | None = UNSET


class SessionPatch(msgspec.Struct, forbid_unknown_fields=True):
    """`participant_name`: null deletes it, and a generated one takes its place."""

    participant_name: Annotated[str, Meta(max_length=400)] | UnsetType | None = UNSET
    preferences: PreferencesPatch | UnsetType = UNSET


class SessionAccount(msgspec.Struct):
    email: str


class SessionView(msgspec.Struct):
    """`named`: they have chosen their name. `account` is null for guests; `age` is null until it was asked for;
    `room_id` is the meeting entered last.
    """

    participant_name: str
    named: bool
    account: SessionAccount | None
    age: Age | None
    preferences: Preferences
    room_id: str | None
    expires_at_ms: int


class BirthMonth(msgspec.Struct, forbid_unknown_fields=True):
    """Month and year of birth: used for the answer, never stored."""

    birth_month: Annotated[int, Meta(ge=1, le=12)]
    birth_year: Annotated[int, Meta(ge=BORN_FIRST, le=9999)]


class AgeView(msgspec.Struct):
    outcome: Outcome


class GuardianWanted(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to ask; used for one mail and not stored."""

    email: EmailText
    language: Language | None = None


class GuardianAsked(msgspec.Struct):
    """The same whoever lives at that address."""

    asked: bool = True


class Approval(msgspec.Struct, forbid_unknown_fields=True):
    token: Annotated[str, Meta(max_length=100)]
    approve: bool


class ApprovalView(msgspec.Struct):
    outcome: Literal["child", "refused"]


class ListedSession(msgspec.Struct):
    """One of my sessions; `id` names it, and is no key to it. The last use was within 12 h of `used_at_ms`."""

    id: OpaqueText
    opened_at_ms: int
    used_at_ms: int
    current: bool


class ListedSessions(msgspec.Struct):
    sessions: list[ListedSession]


class TicketView(msgspec.Struct):
    """Opens `/live?ticket=…` once, before `expires_at_ms`."""

    ticket: OpaqueText
    expires_at_ms: int

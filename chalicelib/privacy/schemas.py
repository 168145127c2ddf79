"""Consents, lifetimes, receipts and exports as the API shows them."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType, structs

from chalicelib.lifetimes import Subject
from chalicelib.privacy.portions import Held
from chalicelib.privacy.rules import Begun, Handed
from chalicelib.runtime.consent import PurposeName
from chalicelib.runtime.disclosure import Ground, Recipient, What


class Choices(msgspec.Struct, forbid_unknown_fields=True):
    """Yes or no by purpose; what is not named stays as it is."""

    news: bool | UnsetType = UNSET
    reports: bool | UnsetType = UNSET
    insights: bool | UnsetType = UNSET
    improvement: bool | UnsetType = UNSET
    beacons: bool | UnsetType = UNSET

    def made(self) -> dict[PurposeName, bool]:
        """Those that were named."""
        return {purpose: given for purpose, given in structs.asdict(self).items() if given is not UNSET}  # type: ignore[misc]  # asdict names fields by any text


class DecisionView(msgspec.Struct):
    at_ms: int
    given: bool
    version: int


class ConsentView(msgspec.Struct):
    """One purpose: the text in force, whether it is agreed to, and everything decided so far, the oldest first."""

    purpose: PurposeName
    version: int
    text: str
    given: bool
    history: list[DecisionView]


class ConsentsView(msgspec.Struct):
    consents: list[ConsentView]


class KeptView(msgspec.Struct):
    """A kind of datum: `length_ms` after `counted_from` nobody can read it. `subject`: whose it is.

    `erased` and `exported`: what erasing oneself makes of it, and whether one's export has it, in words.
    """

    kind: str
    name: str
    purpose: str
    subject: Subject
    length_ms: int
    counted_from: str
    erased: str
    exported: str


class RetentionView(msgspec.Struct):
    """The promise as of `version`, in force since `date`."""

    version: int
    date: str
    kept: list[KeptView]


class ReceiptHanded(msgspec.Struct):
    """What finds the receipt, and shows that it is theirs who hold it: handed out this once, and kept nowhere.

    The receipt's `subject` is the SHA-256, in base64url, of `salt`, the character U+001F and `subject`.
    """

    receipt_id: str
    salt: str
    subject: str


class Erased(msgspec.Struct):
    """What is left names nobody: decisions on consent, and a digest that keeps backups from bringing it back."""

    erased_at_ms: int
    receipt: ReceiptHanded


class Receipt(msgspec.Struct, forbid_unknown_fields=True):
    """Signed by Ed25519 over this as JSON with sorted keys, without blanks and without `signature`.

    `counts`: how many items of each table were found and erased. `key_id`: which of the issuer's keys has signed.
    """

    version: int
    issuer: str
    subject: str
    erased_at_ms: int
    finished_at_ms: int
    counts: dict[str, int]
    key_id: str
    signature: str


class ReceiptView(msgspec.Struct):
    """`erasing` until nothing is left: some minutes."""

    status: Literal["erasing", "done"]
    receipt: Receipt | None = None


class ReceiptKey(msgspec.Struct):
    """`key`: 32 bytes of an Ed25519 public key, in base64url."""

    key_id: str
    key: str


class ReceiptKeys(msgspec.Struct):
    """The newest, which signs, first."""

    keys: list[ReceiptKey]


class Verdict(msgspec.Struct):
    """Whether this installation has signed exactly that receipt."""

    genuine: bool


class ExportPage(msgspec.Struct):
    """`status` becomes `ready` within minutes, or `failed`: ask again then. `held`, once it is ready: some records.

    Of a record, `kind` leads to its purpose and lifetime (`GET /v1/retention`). `next` is the `after` of the page that
    follows, null on the last.
    """

    export_id: str
    status: Literal["assembling", "ready", "failed"]
    asked_at_ms: int
    expires_at_ms: int
    held: list[Held] | None = None
    next: str | None = None


class DisclosureView(msgspec.Struct):
    """What was handed out, to whom and on which ground; `name` is a recipient's that the operator named."""

    at_ms: int
    ground: Ground
    to: Recipient
    what: What
    name: str | None


class Disclosures(msgspec.Struct):
    """The latest first. `next` is the `after` of the page that follows, null on the last."""

    disclosures: list[DisclosureView]
    next: str | None


class StatementView(msgspec.Struct):
    """On a calendar year, in words and in numbers. `marketed` is always empty: see `text`."""

    year: int
    text: str
    marketed: list[str]
    handed: list[Handed]


def erased_view(begun: Begun) -> Erased:
    return Erased(begun.erased_at_ms, ReceiptHanded(begun.receipt_id, begun.salt, begun.subject))

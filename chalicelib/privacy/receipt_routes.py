"""A session's end, with or without all that it left; receipts of erasures."""

from typing import Annotated, Literal

import msgspec
from chalice.app import Blueprint
from msgspec import Meta

from chalicelib.privacy import erasing, receipts
from chalicelib.privacy.schemas import (
    Erased,
    Receipt,
    ReceiptKey,
    ReceiptKeys,
    ReceiptView,
    Verdict,
    erased_view,
)
from chalicelib.runtime import clock
from chalicelib.runtime.errors import Conflict, FieldError, Invalid, NotFound, Unauthenticated
from chalicelib.runtime.http import Call, Reply, operation
from chalicelib.sessions import edge, service as sessions

routes = Blueprint(__name__)
WHAT = {"erase": Annotated[Literal["all"] | None, Meta(description="A guest's: with everything that it left.")]}


@operation(routes, "DELETE", "/v1/session", summary="End my session on this device", status=204, query=WHAT,
           also={200: Erased}, errors=(Unauthenticated, Conflict, Invalid))  # fmt: skip
def end_session(call: Call[None]) -> Reply:
    now, what = clock.now(), call.query.get("erase")
    if what not in (None, "all"):
        raise Invalid("erase is all, or left out.", errors=[FieldError("erase", "not `all`")])
    if what == "all":
        begun = erasing.erase_guest(edge.require_session(call, now=now), now=now)
        edge.forget(call)
        return Reply(erased_view(begun))
    held = edge.held_pass(call.headers)
    if held is not None and held.valid_at(now):
        sessions.end_session(held.session_id, now=now)
    edge.forget(call)
    return Reply(status=204)


@operation(routes, "GET", "/v1/receipts/{receipt_id}", summary="The receipt of an erasure", answers=ReceiptView,
           errors=(NotFound,))  # fmt: skip
def read_receipt(call: Call[None]) -> Reply:
    """For whoever was handed its id, for 30 days."""
    found = erasing.find(call.path["receipt_id"], now=clock.now())
    if not found.receipt:
        return Reply(ReceiptView("erasing"))
    return Reply(ReceiptView("done", msgspec.json.decode(found.receipt, type=Receipt)))


@operation(routes, "GET", "/v1/receipts/key", summary="The keys that receipts are verified by", answers=ReceiptKeys)
def read_receipt_keys(_: Call[None]) -> Reply:
    return Reply(ReceiptKeys([ReceiptKey(one, key) for one, key in receipts.public_keys().items()]))


@operation(routes, "POST", "/v1/receipts/verify", summary="Whether a receipt is genuine", body=Receipt,
           answers=Verdict)  # fmt: skip
def verify_receipt(call: Call[Receipt]) -> Reply:
    said = msgspec.to_builtins(call.body)
    return Reply(Verdict(receipts.is_genuine(said, receipts.public_keys())))

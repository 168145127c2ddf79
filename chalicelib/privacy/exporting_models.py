"""Exports, one of a person at a time, under a digest of whose they are; their parts are sealed under a key of its own.

owner     entry
<person>  export               the latest they asked for: its state, what is left to do, and its key, wrapped
<person>  part#<export>#<id>   a part

The key lies in no backup. Where the first row is gone, nobody opens a part any more.
"""

import zlib
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any

from pynamodb.attributes import BinaryAttribute, DiscriminatorAttribute, JSONAttribute, UnicodeAttribute

from chalicelib.lifetimes import EXPORT
from chalicelib.privacy.models import persons
from chalicelib.privacy.named import seal_person, unseal_person
from chalicelib.runtime import envelope, holdings, vault, workflows
from chalicelib.runtime.holdings import EVER, Person
from chalicelib.runtime.ids import opaque
from chalicelib.runtime.parallel import chained
from chalicelib.runtime.store import Binding, Record, Table

WORKFLOW = "export"
SEALED, DIGEST = "privacy/export", "privacy/exporting"
ROW, PART = "export", "part#"
ASSEMBLING, READY, FAILED = "assembling", "ready", "failed"


class ExportEntry(Record):
    class Meta(Binding):
        pass

    owner = UnicodeAttribute(hash_key=True)  # a digest
    entry = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()


class Export(ExportEntry, discriminator="export"):
    """`reached`: the last record that is in it. `parts`: the ids of its parts, in their order."""

    export_id = UnicodeAttribute()
    status = UnicodeAttribute()
    asked_at_ms = JSONAttribute(default=list)  # this one's instant last, before it those of the day before
    person = UnicodeAttribute()  # sealed
    wrapped = BinaryAttribute(legacy_encoding=False)
    reached = JSONAttribute(default=list)
    parts = JSONAttribute(default=list)

    @property
    def name(self) -> str:
        """As the workflow and the reaper call it."""
        return f"{self.owner}.{self.export_id}"


class ExportPart(ExportEntry, discriminator="part"):
    sealed = BinaryAttribute(legacy_encoding=False)


exports: Table[Export] = Table(Export, "exports")
export_parts: Table[ExportPart] = Table(ExportPart, "exports")
ITSELF = (Export, ExportPart)  # in no export


def owner_of(who: str) -> str:
    """What records call a person, who is named as consents name them."""
    return vault.digest(DIGEST, who)


def new_export(who: str, person: Person, before: Sequence[int], *, now: int) -> Export:
    """One that is being put together. Raises Unavailable where no key can be had."""
    owner = owner_of(who)
    made = Export(owner, ROW, export_id=opaque(), status=ASSEMBLING, asked_at_ms=[*before, now])
    made.person, made.wrapped = seal_person(SEALED, person), envelope.new_wrapped_key(owner)
    made.lives_until(EXPORT.deadline(now))
    return made


def find_export(owner: str, *, now: int) -> Export | None:
    """The latest."""
    return exports.get((owner, ROW), now=now)


def find_named(name: str, *, now: int) -> Export | None:
    """That one, if there is no later one."""
    owner, _, export_id = name.partition(".")
    found = find_export(owner, now=now)
    return found if found is not None and found.export_id == export_id else None


def person_of(found: Export) -> Person:
    return unseal_person(SEALED, found.person)


def put_part(found: Export, content: bytes) -> str:
    """Seals and stores a part; its id, by which nobody finds it before the export says so."""
    part_id, key = opaque(), envelope.unwrap(bytes(found.wrapped), found.owner)
    made = ExportPart(found.owner, _entry(found.export_id, part_id))
    made.sealed = envelope.seal(key, zlib.compress(content), f"{found.name}.{part_id}")
    made.lives_until(int(found.expires_at_ms))
    export_parts.put(made)
    return part_id


def read_part(found: Export, number: int, *, now: int) -> bytes | None:
    """None where it has no such part. Raises Unopenable where it was tampered with."""
    if not 0 <= number < len(found.parts):
        return None
    part_id = found.parts[number]
    part = export_parts.get((found.owner, _entry(found.export_id, part_id)), now=now)
    if part is None:
        return None
    key = envelope.unwrap(bytes(found.wrapped), found.owner)
    return zlib.decompress(envelope.open_sealed(key, bytes(part.sealed), f"{found.name}.{part_id}"))


def add_parts(found: Export, more: Sequence[str], reached: Sequence[Any], *, whole: bool, now: int) -> bool:
    """False where another did, or it is not wanted any more."""
    grown = [Export.parts.set([*found.parts, *more]), Export.reached.set(list(reached))]
    status = Export.status.set(READY if whole else ASSEMBLING)
    return exports.update((found.owner, ROW), [*grown, status], now=now, where=_as_read(found)) is not None


def fail_export(found: Export, *, now: int) -> bool:
    """False where it is ready by now, or gone."""
    failed = [Export.status.set(FAILED), Export.parts.set([])]
    return exports.update((found.owner, ROW), failed, now=now, where=_is_assembling(found)) is not None


def forget_parts_of(name: str) -> None:
    owner, _, export_id = name.partition(".")
    _forget_parts(owner, f"{PART}{export_id}#")


def forget_these(found: Export, part_ids: Sequence[str]) -> None:
    export_parts.delete_many((found.owner, _entry(found.export_id, one)) for one in part_ids)


def forget_unfinished(found: Export) -> None:
    """What runs have stored that broke off, and is in no page."""
    _forget_parts(found.owner, f"{PART}{found.export_id}#", keep={_entry(found.export_id, one) for one in found.parts})


def forget_export(name: str) -> None:
    """That one, unless there is a later one."""
    owner, _, export_id = name.partition(".")
    exports.delete((owner, ROW), where=Export.export_id.does_not_exist() | (Export.export_id == export_id))


def _forget_parts(owner: str, prefix: str, keep: Collection[str] = ()) -> None:
    found = export_parts.query(owner, now=EVER, where=ExportEntry.entry.startswith(prefix))
    export_parts.delete_many((one.owner, one.entry) for one in found if one.entry not in keep)


def _entry(export_id: str, part_id: str) -> str:
    return f"{PART}{export_id}#{part_id}"


def _is_assembling(found: Export) -> Any:
    return (Export.export_id == found.export_id) & (Export.status == ASSEMBLING)


def _as_read(found: Export) -> Any:
    return _is_assembling(found) & (Export.parts == found.parts) & (Export.reached == found.reached)


def _owners(person: Person) -> list[str]:
    return [owner_of(who) for who in persons(person)]


def _exports_of(person: Person, now: int) -> Iterator[Export]:
    yield from exports.get_many([(owner, ROW) for owner in _owners(person)], now=now)


def _parts_of(person: Person, now: int) -> Iterator[ExportPart]:
    return chained(partial(export_parts.query, now=now, where=ExportEntry.entry.startswith(PART)), _owners(person))


def _shown(one: Export) -> dict[str, Any]:
    return {"status": one.status, "asked_at_ms": one.asked_at_ms[-1]}


def _forget_exports(found: Sequence[Export], _: Person, __: int) -> None:
    """What puts one together is stopped."""
    for one in found:
        if one.status == ASSEMBLING:
            workflows.stop(WORKFLOW, one.name)
    exports.delete_many((one.owner, one.entry) for one in found)


# The key goes first: from then on nobody opens the rest.
holdings.hold(Export, exports, EXPORT, find=_exports_of, export=_shown, erase=_forget_exports, at_once=True)
holdings.hold(ExportPart, export_parts, EXPORT, find=_parts_of, export=lambda _: {"part": "of an export"}, at_once=True)

"""Calls by kind of record: each says how it is found, erased and shown (chalicelib/runtime/holdings.py), and erasure,
export and the like ask all of them, or some. Of each kind, each of these ways has a node of its own in the call graph.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from infra.reach.sources import RUNTIME, Name, Sources

HOLDINGS = f"{RUNTIME}.holdings"
WAYS = {  # by the word with which one that only a run tells is asked
    "find": ("find",),
    "held_of": ("find",),
    "erase": ("erase",),
    "erase_all": ("find", "erase"),
    "shown": ("tell",),
}
FATE = '.fate == "erased"'
SAID = {"find": "find", "erase": "erase", "export": "tell", "tell": "tell", "hand": "tell"}


@dataclass(frozen=True)
class Kind:
    """One kind of record; `ways` has whom each asks, `table` its table where it does not say how it is erased."""

    record: Name
    kept: bool
    at_once: bool
    table: Name | None
    ways: dict[str, set[Name]]

    def node(self, way: str) -> Name:
        return HOLDINGS, f"<{way} {self.record[1]} of {self.record[0]}>"


def kinds(sources: Sources) -> list[Kind]:
    """Those of which somebody's are looked for."""
    found = list[Kind]()
    for name, function in sources.functions.items():
        calls = (one for one in ast.walk(function) if name[0] != HOLDINGS and isinstance(one, ast.Call))
        found += [_kind(sources, name, one, {name}) for one in calls if _registers(sources, name, one)]
    for module, tree in sources.modules.items():
        calls = (one.value for one in tree.body if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call))
        found += [_kind(sources, (module, ""), one, set()) for one in calls if _registers(sources, (module, ""), one)]
    return found


def asked(sources: Sources, known: list[Kind], where: Name) -> Iterator[Name]:
    """Which ways a function asks, of which kinds."""
    function = sources.functions[where]
    words = {
        one.attr for one in ast.walk(function) if isinstance(one, ast.Attribute) and _is_asked(sources, where, one)
    }
    ways = {way for word in words & WAYS.keys() for way in WAYS[word]}
    if where[0] == HOLDINGS or not ways or "holdings" not in sources.text_of(where[0]):
        return
    for kind in _chosen(sources, known, where) if "held" in words else _stored(sources, known, where):
        if kind.at_once or "at_once" not in words:
            yield from (kind.node(way) for way in ways)


def _stored(sources: Sources, known: list[Kind], where: Name) -> list[Kind]:
    """Without what stays after its people, where the module asks for what an erasure deletes."""
    return [one for one in known if not (one.kept and FATE in sources.text_of(where[0]))]


def _chosen(sources: Sources, known: list[Kind], where: Name) -> list[Kind]:
    """Where a function goes through all kinds by itself, and takes those in a tuple, or not in it."""
    for one in ast.walk(sources.functions[where]):
        match one:
            case ast.Compare(
                left=ast.Attribute(attr="record"), ops=[ast.In() | ast.NotIn() as test], comparators=[some]
            ):
                if (named := sources.definition(where, some)) in sources.values:
                    records = {sources.definition(named, each) for each in ast.walk(sources.values[named])}
                    return [each for each in known if (each.record in records) == isinstance(test, ast.In)]
    return _stored(sources, known, where)


def _is_asked(sources: Sources, where: Name, one: ast.Attribute) -> bool:
    return sources.resolve(where, one.value) in (None, HOLDINGS)


def _registers(sources: Sources, where: Name, call: ast.Call) -> bool:
    return sources.definition(where, call.func) in ((HOLDINGS, "hold"), (HOLDINGS, "keep"))


def _kind(sources: Sources, where: Name, call: ast.Call, around: set[Name]) -> Kind:
    """`around`: the function in which it is registered, which may have written there whom it asks."""
    said = {one.arg: one.value for one in call.keywords if one.arg is not None}
    record, kept = sources.definition(where, call.args[0]), sources.definition(where, call.func) == (HOLDINGS, "keep")
    ways = {way: set(around) for way in SAID.values() if not (kept and way == "erase")}
    for word, way in SAID.items():
        if word in said:
            ways[way] |= set(sources.mentioned(where, said[word]))
    table = None if kept or "erase" in said else sources.definition(where, call.args[1])
    return Kind(record or (where[0], ast.unparse(call.args[0])), kept, "at_once" in said, table, ways)

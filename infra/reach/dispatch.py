"""Calls that name nobody: what hears an event, or looks after what is due (chalicelib/wiring.py), and what is handed to
a module beneath. Each event, and what is due, has a node of its own in the call graph.
"""

import ast
from collections.abc import Iterator, Mapping

from infra.reach.kinds import HOLDINGS
from infra.reach.sources import RUNTIME, Name, Sources

Edge = tuple[Name, Name]

WIRING = "chalicelib.wiring"
DUE, DUE_TABS = ((WIRING, f"<{name}>") for name in ("due", "due tabs"))
EVENTS, TABS = f"{RUNTIME}.events", "expiry.TABS"
RUNNING_OUT = (f"{RUNTIME}.running_out", "RunningOut.look_after")
HANDED_ON: Mapping[Name, Name] = {  # to whom what is registered there
    (f"{RUNTIME}.consent", "recorded_by"): (f"{RUNTIME}.consent", "find"),
    (f"{RUNTIME}.disclosure", "recorded_by"): (f"{RUNTIME}.disclosure", "hand_out"),
    (HOLDINGS, "known_by"): (HOLDINGS, "_asked"),
}


def event(name: str) -> Name:
    return EVENTS, f"<{name}>"


def published(sources: Sources, where: Name) -> Iterator[Name]:
    """The events of which a function tells."""
    for one in ast.walk(sources.functions[where]):
        match one:
            case ast.Call(func=called, args=[ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name))]):
                if sources.definition(where, called) == (EVENTS, "publish"):
                    yield event(name)


def edges(sources: Sources) -> Iterator[Edge]:
    """Who hears what, who looks after what, and who is handed on."""
    for key, hearers in _items(sources, "HEARD"):
        if isinstance(key, ast.Attribute):
            yield from ((event(key.attr), one) for one in _mentioned(sources, WIRING, hearers))
    yield from _due(sources)
    for module, call in _calls_of_modules(sources):
        if (to := HANDED_ON.get(sources.definition((module, ""), call.func) or ("", ""))) is not None:
            yield from ((to, one) for given in call.args for one in _mentioned(sources, module, given))


def _due(sources: Sources) -> Iterator[Edge]:
    lanes = {ast.unparse(kind): ast.unparse(lane) for kind, lane in _items(sources, "WAITS_IN") if kind is not None}
    for name in ("DUE", "DUE_BY_THE_PAGE"):
        for kind, look in _items(sources, name):
            found = [RUNNING_OUT] if kind is None else _mentioned(sources, WIRING, look)
            yield from ((DUE, one) for one in found)
            if kind is not None and lanes.get(ast.unparse(kind)) == TABS:
                yield from ((DUE_TABS, one) for one in found)


def _items(sources: Sources, name: str) -> list[tuple[ast.expr | None, ast.expr]]:
    found = sources.values[WIRING, name]
    return list(zip(found.keys, found.values, strict=True)) if isinstance(found, ast.Dict) else []


def _mentioned(sources: Sources, module: str, node: ast.AST) -> list[Name]:
    return list(sources.mentioned((module, ""), node))


def _calls_of_modules(sources: Sources) -> Iterator[tuple[str, ast.Call]]:
    """What modules do when they are loaded, and what `connect` does then."""
    connect = sources.functions[WIRING, "connect"].body
    for module, tree in sources.modules.items():
        for one in [*tree.body, *(connect if module == WIRING else ())]:
            if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call):
                yield module, one.value

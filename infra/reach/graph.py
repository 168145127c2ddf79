"""Who calls whom, what each asks of AWS by itself, and what is reachable from an entry point."""

import ast
from collections import defaultdict, deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from infra.reach import dispatch, kinds
from infra.reach.acts import ON_ITS_OWN, Act, acts_in, table_of
from infra.reach.judged import NEVER
from infra.reach.sources import RUNTIME, Name, Sources

PACKAGE = Path(__file__).parents[2] / "chalicelib"
HTTP = "api_handler"  # every route, by one function
ROUTE = ("operation(", ".route(")
AT_START = (dispatch.WIRING, "connect")
REAPERS = {"reap": dispatch.DUE} | {f"reap_tabs_{lane}": dispatch.DUE_TABS for lane in range(4)}
Way = tuple[Name, ...]  # from an entry point to whoever asks


class Graph:
    """The call graph of the application. `acts` has what each asks by itself."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._calls: dict[Name, set[Name]] = defaultdict(set)
        self.acts: dict[Name, set[Act]] = defaultdict(set, {name: set(acts) for name, acts in ON_ITS_OWN.items()})
        known = kinds.kinds(sources)
        for name, function in sources.functions.items():
            self._calls[name] |= {*sources.mentioned(name, function), *dispatch.published(sources, name)}
            self._calls[name].update(kinds.asked(sources, known, name))
            self.acts[name].update(acts_in(sources, name, function))
        for caller, called in dispatch.edges(sources):
            self._calls[caller].add(called)
        for kind in known:
            self._add(kind)

    def needed(self, function: str) -> set[Act]:
        """What the function of that name must be allowed, and no more."""
        return self.reachable(function).keys() - NEVER.get(function, {}).keys()

    def reachable(self, function: str) -> dict[Act, Way]:
        """All that the function of that name may come to ask for, each with a shortest way there."""
        found = dict[Act, Way]()
        for name, way in self.ways(function).items():
            for act in self.acts.get(name, ()):
                found.setdefault(act, way)
        return found

    def ways(self, function: str) -> dict[Name, Way]:
        """Whom that function may come to call, the nearest first, each with a shortest way there."""
        ways: dict[Name, Way] = {one: (one,) for one in self._entry_points(function)}
        waiting = deque(ways)
        while waiting:
            caller = waiting.popleft()
            for called in sorted(self._calls.get(caller, set()) - ways.keys()):
                ways[called] = (*ways[caller], called)
                waiting.append(called)
        return ways

    def asking(self) -> set[Name]:
        """Whoever asks something of AWS by itself, and every node that stands for a way to call somebody."""
        return {name for name, acts in self.acts.items() if acts} | {name for name in self._calls if name[1][0] == "<"}

    def _add(self, kind: kinds.Kind) -> None:
        for way, asked in kind.ways.items():
            self._calls[kind.node(way)] |= asked
        if (table := table_of(self._sources, kind.table)) is not None:
            self.acts[kind.node("erase")].add(("dynamodb:BatchWriteItem", table))

    def _entry_points(self, function: str) -> list[Name]:
        """Raises LookupError for a function that there is not."""
        found = list(_served(self._sources) if function == HTTP else _named(self._sources, function))
        if not found:
            raise LookupError(function)
        return [*found, *([REAPERS[function]] if function in REAPERS else [])]


@cache
def of_application() -> Graph:
    return Graph(Sources(PACKAGE))


def _served(sources: Sources) -> Iterator[Name]:
    """Routes, and what comes before and after each."""
    yield from (one for one in sources.mentioned(("app", ""), sources.modules["app"]) if one != AT_START)
    for name, function in sources.functions.items():
        decorators = [ast.unparse(one) for one in function.decorator_list]
        if name[0] == f"{RUNTIME}.http" or any(word in one for word in ROUTE for one in decorators):
            yield name


def _named(sources: Sources, wanted: str) -> Iterator[Name]:
    for name, function in sources.functions.items():
        for decorator in function.decorator_list:
            said = decorator.keywords if isinstance(decorator, ast.Call) else ()
            if any(one.arg == "name" and sources.text(name, one.value) == wanted for one in said):
                yield name

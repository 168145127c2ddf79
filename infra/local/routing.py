"""From a request's path to the application's route, as API Gateway does it: the static before the variable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True)
class Match:
    """The route as registered, and its parameters, decoded."""

    route: str
    parameters: Mapping[str, str]


class Router:
    """Knows an application's routes; built once, asked for every request."""

    def __init__(self, routes: Iterable[str]) -> None:
        self._static = {route: Match(route, {}) for route in routes if "{" not in route}
        self._static_parts = {tuple(route.split("/")): match for route, match in self._static.items()}
        variable = [(route, route.split("/")) for route in routes if "{" in route]
        self._variable: dict[int, list[tuple[str, list[str]]]] = {}
        for route, parts in sorted(variable, key=lambda one: [_is_variable(part) for part in one[1]]):
            self._variable.setdefault(len(parts), []).append((route, parts))

    def match(self, raw_path: str) -> Match | None:
        """`raw_path` as it came, still percent-encoded and without its query; None where nothing answers."""
        path = raw_path[:-1] if raw_path.endswith("/") and raw_path.strip("/") else raw_path
        found = self._static.get(path)
        if found is not None:
            return found
        try:
            decoded = [unquote(part, errors="strict") for part in path.split("/")]
        except UnicodeDecodeError:
            return None
        return self._static_parts.get(tuple(decoded)) or self._match_variable(decoded)

    def _match_variable(self, decoded: list[str]) -> Match | None:
        for route, parts in self._variable.get(len(decoded), ()):
            if all(_fits(part, value) for part, value in zip(parts, decoded, strict=True)):
                return Match(route, _parameters(parts, decoded))
        return None


def _fits(part: str, value: str) -> bool:
    return value != "" if _is_variable(part) else part == value


def _is_variable(part: str) -> bool:
    return part.startswith("{") and part.endswith("}")


def _parameters(parts: list[str], values: list[str]) -> dict[str, str]:
    return {part[1:-1]: value for part, value in zip(parts, values, strict=True) if _is_variable(part)}

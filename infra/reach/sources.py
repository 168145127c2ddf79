"""The application's modules as syntax trees, and what a name in one of them stands for."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

Name = tuple[str, str]  # a module, and what it defines: a function, a class, a value; a method as Class.method
RUNTIME = "chalicelib.runtime"
CHAIN_MAX = 5  # modules that hand a name on to one another


class Sources:
    """A package, and app.py beside it. `functions` has methods, too; `values` is what modules assign when loaded."""

    def __init__(self, package: Path) -> None:
        paths = [*package.rglob("*.py"), package.parent / "app.py"]
        self._texts = {_module(path, package): path.read_text("utf-8") for path in paths}
        self.modules = {module: ast.parse(text) for module, text in self._texts.items()}
        self.functions: dict[Name, ast.FunctionDef] = {}
        self.methods: dict[Name, list[Name]] = {}
        self.values: dict[Name, ast.expr] = {}
        self._imports: dict[str, dict[str, Name]] = defaultdict(dict)
        for module, tree in self.modules.items():
            self._define(module, tree)
            self._imports[module].update(_imported(tree))

    def text_of(self, module: str) -> str:
        return self._texts[module]

    def resolve(self, where: Name, node: ast.AST) -> Name | str | None:
        """What an expression within `where` names: a definition, or a module; None for what only a run tells."""
        match node:
            case ast.Name(id="self") if (owner := self._class_of(where)) is not None:
                return owner
            case ast.Name(id=name):
                return self._named(where[0], name)
            case ast.Attribute(value=value, attr=name):
                return self._attribute(self.resolve(where, value), name)
        return None

    def definition(self, where: Name, node: ast.AST) -> Name | None:
        """As `resolve`, where it is no module."""
        found = self.resolve(where, node)
        return None if isinstance(found, str) else found

    def made_of(self, name: Name | None) -> Name | None:
        """The class of a module's value."""
        made = self.values.get(name) if name is not None else None
        return self.definition((name[0], ""), made.func) if name is not None and isinstance(made, ast.Call) else None

    def text(self, where: Name, node: ast.AST) -> str | None:
        """A constant, or what a name of one stands for."""
        found = self.definition(where, node)
        value = self.values.get(found, node) if found is not None else node
        return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None

    def mentioned(self, where: Name, node: ast.AST) -> Iterator[Name]:
        """Every function that is called in it, or handed on; of a class whatever it can do."""
        for one in ast.walk(node):
            found = self.definition(where, one) if isinstance(one, ast.Name | ast.Attribute) else None
            if found in self.functions:
                yield found
            elif found in self.methods and not (isinstance(one, ast.Name) and one.id == "self"):
                yield from self.methods[found]

    def _define(self, module: str, tree: ast.Module) -> None:
        for one in tree.body:
            match one:
                case ast.FunctionDef():
                    self.functions[module, one.name] = one
                case ast.ClassDef():
                    inside = [each for each in one.body if isinstance(each, ast.FunctionDef)]
                    self.functions |= {(module, f"{one.name}.{each.name}"): each for each in inside}
                    self.methods[module, one.name] = [(module, f"{one.name}.{each.name}") for each in inside]
                case ast.Assign(targets=[target], value=value):
                    self.values |= {(module, name): each for name, each in _assigned(target, value)}
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self.values[module, name] = value

    def _class_of(self, where: Name) -> Name | None:
        owner, dot, _ = where[1].partition(".")
        return (where[0], owner) if dot else None

    def _named(self, module: str, name: str, chain: int = 0) -> Name | str | None:
        if self._is_defined((module, name)):
            return module, name
        if name not in self._imports[module] or chain == CHAIN_MAX:
            return None
        source, original = self._imports[module][name]
        if (whole := f"{source}.{original}") in self.modules:
            return whole
        return self._named(source, original, chain + 1)

    def _attribute(self, of: Name | str | None, name: str) -> Name | str | None:
        match of:
            case str():
                return whole if (whole := f"{of}.{name}") in self.modules else self._named(of, name)
            case (module, owner) if of in self.methods:
                return found if (found := (module, f"{owner}.{name}")) in self.functions else None
            case tuple():
                return self._attribute(made, name) if (made := self.made_of(of)) in self.methods else None
        return None

    def _is_defined(self, name: Name) -> bool:
        return name in self.functions or name in self.methods or name in self.values


def _module(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(tree: ast.Module) -> Iterator[tuple[str, Name]]:
    """By the name that the module knows it under; wherever in the module it is imported."""
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom) and one.module:
            yield from ((each.asname or each.name, (one.module, each.name)) for each in one.names)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ast.Tuple(elts=targets), ast.Tuple(elts=values):
            for one, each in zip(targets, values, strict=True):
                yield from _assigned(one, each)

"""Bytecode into the package, so that no cold start compiles what it imports: Lambda keeps none of its own. And out of
it what only packaging needs.

Only of what app.py and the first join import: of everything it would not fit. It is of the Python that packages, which
Chalice names as the functions' runtime, and is never compared with its source, as a package keeps no dates.
"""

import compileall
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from copy import copy
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory

CACHE = "__pycache__"
# What Chalice's command line is made of and Chalice asks for; nothing that Lambda runs imports it.
TOOLS = frozenset({
    "_distutils_hack", "blessed", "distutils-precedence.pth", "editor", "inquirer", "jinxed", "pip", "readchar", "runs",
    "setuptools", "wcwidth", "wheel", "xmod",
})  # fmt: skip
IMPORTED = """
import sys, app
from chalicelib.joining.lazily import engine
engine()
print(*sorted({one.__file__ for one in list(sys.modules.values()) if getattr(one, "__file__", None)}), sep="\\n")
"""


def add_bytecode(package: Path, root: Path, environ: Mapping[str, str]) -> int:
    """Of each module in the zip that is imported at `root` with that environment; how many there were.

    What the package has of bytecode already goes: Chalice takes along what lies beside our modules, with its dates.
    """
    imported = _imported(root, environ)
    with TemporaryDirectory() as folder, zipfile.ZipFile(package) as old:
        made = Path(folder) / "made.zip"
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            for one in old.infolist():
                if CACHE not in Path(one.filename).parts and not _is_of_a_tool(one.filename):
                    new.writestr(copy(one), old.read(one))  # writing changes where it says it begins
            names = sorted(imported & set(new.namelist()))
            for name in names:
                new.write(_compiled(Path(old.extract(name, folder)), name), cache_from_source(name))
        shutil.move(made, package)
    return len(names)


def _is_of_a_tool(name: str) -> bool:
    """`pip/…` is, and `pip-26.2.dist-info/…`."""
    top = name.split("/")[0]
    return top in TOOLS or (top.endswith(".dist-info") and top.split("-")[0] in TOOLS)


def _compiled(path: Path, name: str) -> str:
    never_compared = PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_file(path, ddir=Path(name).parent.as_posix(), quiet=1, invalidation_mode=never_compared)
    return cache_from_source(str(path))


def _imported(root: Path, environ: Mapping[str, str]) -> set[str]:
    """Modules as the package calls them."""
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", IMPORTED], cwd=root, env={**os.environ, **environ}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    homes = (Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib")), root)  # the first is in the last
    paths = [Path(line) for line in done.stdout.splitlines()]
    names = (next((path.relative_to(home) for home in homes if path.is_relative_to(home)), None) for path in paths)
    return {name.as_posix() for name in names if name is not None and name.suffix == ".py"}

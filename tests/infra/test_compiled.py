"""A package starts without compiling what it holds (infra/compiled.py)."""

import re
import subprocess
import sys
import zipfile
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from infra import compiled
from infra.compiled import add_bytecode
from infra.packaging import ROOT
from tests.support.environment import ENVIRONMENT

CODE = "raise SystemExit(7)\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of an application that imports one of its two modules."""
    monkeypatch.setattr(compiled, "IMPORTED", "import app; print(app.__file__)")
    (tmp_path / "app.py").write_text("")
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as archive:
        archive.writestr("app.py", CODE)
        archive.writestr("other.py", "")
        archive.writestr("__pycache__/other.cpython-311.pyc", b"of another day")
    return tmp_path / "package.zip"


def test_what_is_imported_is_there_as_bytecode(package: Path) -> None:
    """G3: and nothing else, as of everything it would not fit."""
    assert add_bytecode(package, package.parent, {}) == 1
    names = zipfile.ZipFile(package).namelist()
    assert sorted(names) == sorted(["app.py", "other.py", cache_from_source("app.py")])


def test_it_is_used_whatever_date_the_source_has(package: Path, tmp_path: Path) -> None:
    """G3: the source is not read again; here it is another by then."""
    add_bytecode(package, package.parent, {})
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "task")
    (tmp_path / "task" / "app.py").write_text("")
    assert subprocess.run([sys.executable, "-c", "import app"], cwd=tmp_path / "task", check=False).returncode == 7


def test_what_only_packaging_needs_stays_out(package: Path) -> None:
    """G3: a few megabytes of each deployment; what has a like name stays."""
    kept, left_out = ["piping.py", "pipette-1.dist-info/METADATA"], ["pip/main.py", "pip-26.2.dist-info/METADATA"]
    with zipfile.ZipFile(package, "a") as archive:
        for name in (*kept, *left_out):
            archive.writestr(name, "")
    add_bytecode(package, package.parent, {})
    names = set(zipfile.ZipFile(package).namelist())
    assert set(kept) <= names
    assert not names & set(left_out)


def test_nothing_that_runs_imports_what_stays_out() -> None:
    """G2: neither a start nor a first join, nor any of our modules by name."""
    tops = {name.split("/")[0].removesuffix(".py") for name in compiled._imported(ROOT, ENVIRONMENT)}
    assert "chalice" in tops
    assert tops & compiled.TOOLS <= {"_distutils_hack"}  # which a machine with setuptools imports before anything else
    named = re.compile(rf"^\s*(?:from|import) ({'|'.join(compiled.TOOLS)})\b", re.MULTILINE)
    assert [path for path in (ROOT / "chalicelib").rglob("*.py") if named.search(path.read_text("utf-8"))] == []

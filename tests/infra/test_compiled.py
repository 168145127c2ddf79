"""A package starts without compiling what it holds (infra/compiled.py)."""

import subprocess
import sys
import zipfile
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from infra import compiled
from infra.compiled import add_bytecode

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

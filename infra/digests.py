"""What stands for the contents of a package, whenever and wherever it was packed."""

import hashlib
import zipfile
from pathlib import Path

from infra.compiled import CACHE


def of_package(package: Path) -> str:
    """Names and bytes, without the times of packing. Of bytecode the names: what it is of is in there by its bytes, and
    Python need not write the same twice."""
    found = hashlib.sha256()
    with zipfile.ZipFile(package) as opened:
        for name in sorted(opened.namelist()):
            contents = b"" if CACHE in Path(name).parts else hashlib.sha256(opened.read(name)).digest()
            found.update(name.encode() + b"\0" + contents)
    return found.hexdigest()[:32]

"""The application as this process loads it, and the secret it finds."""

import base64
import importlib
import secrets
import sys
from pathlib import Path
from typing import cast

from chalice.app import Chalice

from infra.local.certificate import write_private

SECRET_BYTES = 32


def load(app: Chalice | str) -> Chalice:
    """The application, imported where only its place (`module:name`) is given; settings read before are forgotten."""
    read_before = sys.modules.get("chalicelib.runtime.settings")
    if read_before is not None:
        read_before.settings.cache_clear()
    if isinstance(app, Chalice):
        return app
    module, _, name = app.partition(":")
    return cast(Chalice, getattr(importlib.import_module(module), name))


def kept_secret(state: Path) -> str:
    """The root secret of this machine, base64, made at the first run, so that keys outlive a restart."""
    path = state / "secret"
    if not path.exists():
        write_private(path, base64.b64encode(secrets.token_bytes(SECRET_BYTES)))
    return path.read_text("ascii").strip()

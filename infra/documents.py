"""`python -m infra.documents` writes docs/openapi.json and docs/asyncapi.json anew from the code."""

import base64
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1] / "docs"
# the application wants settings to start; none of them shows in the documents
PLACEHOLDERS = {
    "EARSHOT_STAGE": "local",
    "EARSHOT_SECRET": base64.b64encode(bytes(32)).decode(),
    "EARSHOT_LIVE_ENDPOINT": "http://127.0.0.1",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


def documents() -> Mapping[str, Any]:
    """The API documents by file name."""
    for name, value in PLACEHOLDERS.items():
        os.environ.setdefault(name, value)
    from app import app
    from chalicelib.web.api_routes import asyncapi, openapi

    return {"openapi.json": openapi(app.routes), "asyncapi.json": asyncapi()}


def as_text(document: Any) -> str:
    """As it is committed: readable, and each change a small difference."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    for name, document in documents().items():
        (DOCS / name).write_text(as_text(document), "utf-8")
        sys.stdout.write(f"wrote docs/{name}\n")


if __name__ == "__main__":
    main()

"""`/assets/…` from chalicelib/web/static."""

import hashlib
from pathlib import Path
from urllib.parse import unquote

from aiohttp.web import BaseRequest, Response

from chalicelib.runtime.errors import NotFound
from chalicelib.runtime.http import PAGE_POLICY
from chalicelib.runtime.problems import no_such_method, no_such_path
from infra.local.answers import answer

PREFIX = "/assets/"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/vnd.microsoft.icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".wav": "audio/wav",
    ".wasm": "application/wasm",
}


class StaticFiles:
    """The files below one folder; what lies outside it, by whatever spelling or link, is not there."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def answer(self, request: BaseRequest, raw_path: str) -> Response:
        """Fresh on every request: locally a file may change at any moment. Raises NotFound, NotAllowed."""
        if request.method not in ("GET", "HEAD"):
            raise no_such_method(["GET", "HEAD"])
        path = self._find(raw_path.removeprefix(PREFIX))
        content = path.read_bytes()
        tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        kind = TYPES.get(path.suffix, "application/octet-stream")
        if tag in request.headers.get("If-None-Match", ""):
            return answer(b"", kind, status=304, policy=PAGE_POLICY, headers=headers)
        return answer(content, kind, policy=PAGE_POLICY, headers=headers)

    def _find(self, raw: str) -> Path:
        try:
            path = (self._root / unquote(raw, errors="strict")).resolve()
            if path.is_relative_to(self._root) and path.is_file():
                return path
        except (ValueError, OSError) as error:  # a NUL, a name too long, bytes that are no text
            raise no_such_path() from error
        raise NotFound("There is no such file.")

"""The shipped sound modules in a real Chromium, under the pages' own security policy."""

import base64
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from chalicelib.runtime.http import PAGE_POLICY
from tests.browser import profiles
from tests.vectors.vectors import Vector

STATIC = Path(__file__).parents[3] / "chalicelib" / "web" / "static"

# One task of the shipped worker; the samples travel as base64, being too many for an argument.
COMPUTE = """async ({samples, ...rest}) => {
  const bytes = Uint8Array.from(atob(samples), letter => letter.charCodeAt(0));
  window.worker ??= new Worker("/js/sound/worker.js", {type: "module"});
  const {port1, port2} = new MessageChannel();
  const done = new Promise((resolve, reject) => {
    port1.onmessage = event => resolve(event.data);
    window.worker.onerror = event => reject(new Error(event.message));
  });
  window.worker.postMessage({capture: {samples: new Float32Array(bytes.buffer), ...rest}, port: port2}, [port2]);
  const {bytes: made, problem} = await done;
  if (problem) throw new Error(problem);
  return btoa(String.fromCharCode(...made));
}"""


class _Quiet(SimpleHTTPRequestHandler):
    """The static files, and a page without anything at /."""

    def do_GET(self) -> None:
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Sound</title>")
        return None

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", PAGE_POLICY)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class SoundPage:
    """A page that can compute what the product's pages compute."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fingerprint(self, vector: Vector) -> bytes:
        return self.compute(
            vector.samples,
            rate=vector.rate,
            recordedAtMs=vector.recorded_at_ms,
            clockErrorMs=vector.clock_error_ms,
            processing=vector.processing,
            keys=vector.keys,
        )

    def compute(self, samples: NDArray[np.float32], **capture: Any) -> bytes:
        """The fingerprint's bytes; raises playwright's Error with what the worker says."""
        encoded = base64.b64encode(samples.astype("<f4").tobytes()).decode()
        return base64.b64decode(self.page.evaluate(COMPUTE, {"samples": encoded, **capture}))


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(STATIC)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def sound_page(origin: str, browser: Browser) -> Iterator[SoundPage]:
    with profiles.opened(browser) as context:
        page = context.new_page()
        page.goto(origin)
        yield SoundPage(page)

"""CPU milliseconds of the first clip that a process is sent, and of the second: `python -m bench.first_join < clip`.

In a process of its own, which has not loaded numpy: bench/cold.py makes the clip and starts it.
"""

from tests.support import environment  # isort: skip - the application reads it while it is imported

import sys
import time
import uuid
from types import SimpleNamespace
from unittest.mock import patch

from app import app
from chalicelib.joining.routes import FINGERPRINT
from chalicelib.runtime import clock, queues
from tests.support.browser import Browser
from tests.support.hand_clock import START_MS, HandClock
from tests.support.memory import in_memory
from tests.support.pushes import recorded_pushes

CLIP_MS = 4_000
NOW_MS = START_MS + 10_000
assert environment.ENVIRONMENT


def main() -> None:
    clip = sys.stdin.buffer.read()
    assert "numpy" not in sys.modules, "somebody else's import would be paid here"
    queue = SimpleNamespace(send_message=lambda **_: None)
    with (
        in_memory(), recorded_pushes(), clock.reading(HandClock(NOW_MS)),
        patch.object(queues, "_client", lambda: queue), patch.object(queues, "_url", lambda name: name),
    ):  # fmt: skip
        print(*(_send(clip) for _ in range(2)))


def _send(clip: bytes) -> float:
    browser = Browser(app)
    assert browser.open_session().status == 201
    headers = {
        "Content-Type": FINGERPRINT, "Earshot-Join": str(uuid.uuid4()), "Earshot-Processing": "off",
        "Earshot-Recorded-At": str(NOW_MS - CLIP_MS),
    }  # fmt: skip
    begun = time.process_time()
    answer = browser.post("/v1/joins", body=clip, headers=headers)
    spent_s = time.process_time() - begun
    assert answer.status == 202, answer.body
    return spent_s * 1e3


if __name__ == "__main__":
    main()

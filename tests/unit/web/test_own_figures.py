"""One's own figures without cookies: the tab that is measured tells them (static/js/insights/own.js)."""

import json
from typing import Any

import pytest

from tests.support.javascript import evaluated

SCENE = """
const asked = [];
let answer = new Response("{}"), from = location.origin;
globalThis.fetch = async path => (asked.push(path), answer);
window.opener = {
  closed: false,
  postMessage: (data, origin, ports) =>
    origin === location.origin && dispatchEvent(new MessageEvent("message", { data, origin: from, ports })),
};
const timer = setTimeout;
globalThis.setTimeout = (act, ms) => timer(act, ms > 1_000 ? 300 : ms);
"""


def found(scene: str) -> Any:
    """What the page is told that was opened, and what the server was asked."""
    gives = f"(async () => {{ {scene}; return [await m.figuresOfOpener('r/1'), asked]; }})()"
    return evaluated("insights/own.js", gives, SCENE)


@pytest.mark.parametrize(
    ("status", "told"),
    [(200, {"answer": {"captured": True}}), (404, {"why": ""}), (401, {"why": ""})],
)
def test_the_tab_that_is_measured_tells_the_page_that_it_opened(status: int, told: Any) -> None:
    """D10, C4: what the server answers it, or that there is no such meeting for it."""
    scene = f"m.tellPages(); answer = new Response('{{\"captured\": true}}', {{status: {status}}})"
    assert found(scene) == [told, ["/v1/rooms/r%2F1/insights/mine"]]


@pytest.mark.parametrize(
    "scene",
    ["m.tellPages(); from = 'https://evil.example'", "m.tellPages(); opener.closed = true", "opener = null", ""],
)
def test_nobody_else_tells_or_is_told(scene: str) -> None:
    """D10: another site's page is told nothing, and one that nobody opened, or whose opener is gone, finds nothing."""
    assert found(scene.replace("opener", "window.opener")) == [{}, []]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"figures": {}, "agreed": True, "captured": True, "report": None}, ""),
        ({"captured": False, "agreed": True}, "mine.off"),
        ({"captured": True, "agreed": False, "report": "ready"}, "mine.declined"),
        ({"captured": True, "agreed": True, "report": None}, "mine.nothing"),
        ({"captured": True, "agreed": True, "report": "assembling"}, "mine.assembling"),
        ({"captured": True, "agreed": True, "report": "ready"}, "mine.nothing-was"),
        ({"captured": True, "agreed": True, "report": "failed"}, "mine.no-report"),
        ({"captured": True, "agreed": True, "report": "none"}, "mine.no-report"),
    ],
)
def test_where_there_are_no_figures_it_is_said_why(answer: dict[str, Any], said: str) -> None:
    """D10: none yet, none any more, or on their way."""
    assert evaluated("insights/own.js", f"m.whyNone({json.dumps(answer)})", SCENE) == said

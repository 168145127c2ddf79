"""A page whose meeting has ended knows it, and hears of its report, though a message was lost (static/js/room.js)."""

from typing import Any

import pytest

from tests.support.javascript import evaluated

PAGE = """
for (const kind of ["Details", "Input", "Dialog"]) globalThis[`HTML${kind}Element`] = Element;
Object.assign(Element.prototype, { close() {}, reset() {}, elements: [], replaceChildren() { this.shown = true; } });
document.createElement = () => new Element();
const sockets = [];
globalThis.WebSocket = class { constructor() { sockets.push(this); } close() {} send() {} };
const asked = [];
let status = "assembling";
globalThis.fetch = async (path, { method }) => {
  asked.push(`${method} ${path}`);
  return method === "DELETE" ? new Response(null, { status: 204 }) : Response.json({ meeting: { status } });
};
const state = { answer: { organiser: true }, content: [] };
async function until(holds) { for (let n = 0; n < 300 && !holds(); n += 1) await after(10); }
"""


def played(module: str, scene: str, gives: str) -> Any:
    return evaluated(module, f"(async () => {{ {scene}; return {gives}; }})()", PAGE)


def test_a_page_that_ends_its_meeting_need_not_be_told_that_it_has_ended() -> None:
    """D6: a page that was loaded a moment ago has no live channel yet; it is told once, and of its own meeting only."""
    scene = """const { Room } = await module("room.js"), room = new Room(made({ state: "open", send() {} })), ends = [];
      room.addEventListener("ended", () => ends.push(room.id));
      const organise = new m.Organise(room, made({}));
      Object.assign(room, { id: "r", state });
      page.querySelector(".organise").querySelector(".sure-yes").dispatchEvent(new Event("click"));
      await until(() => ends.length);
      const told = ends.length;
      room.end("r");
      room.id = "another";
      room.end("r")"""
    assert played("organise.js", scene, "[asked, told, ends]") == [["DELETE /v1/rooms/r"], 1, [None]]


@pytest.mark.parametrize(("status", "shown"), [("ready", True), ("assembling", False)])
def test_a_report_that_was_ready_while_the_channel_was_down_is_told_of(status: str, shown: bool) -> None:
    """D8: the page asks when the channel is back; while it stands it is told, and asks nothing."""
    scene = f"""const room = made({{ id: "r", state }});
      m.tellOfReports(room);
      room.dispatchEvent(new Event("change"));
      Object.assign(room, {{ id: null, state: null }});
      room.dispatchEvent(new Event("ended"));
      sockets[0].onopen();
      await after(50);
      const before = asked.length;
      status = "{status}";
      sockets[0].onclose();
      await until(() => sockets.length > 1);
      sockets[1].onopen();
      await after(200)"""
    gives = """[before, asked, page.querySelector(".report-ready").shown ?? false]"""
    assert played("report-notice.js", scene, gives) == [0, ["GET /v1/meetings/r"], shown]

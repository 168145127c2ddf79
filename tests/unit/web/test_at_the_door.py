"""Those inside, and who comes next (static/js/door.js, invite.js)."""

from typing import Any

from tests.support.javascript import evaluated

ROOM = """
const room = made({ id: "r", state: null });
const click = selector => page.querySelector(selector).dispatchEvent(new Event("click"));
"""


def played(module: str, scene: str) -> Any:
    return evaluated(module, f"(async () => {{ {scene} }})()", ROOM)


def test_an_answer_to_who_has_gone_is_not_passed_over_in_silence() -> None:
    """A12: whoever says yes or no learns what became of it."""
    scene = """globalThis.fetch = async () => new Response("{}", { status: 404 });
      const door = new m.Door(room, () => {});
      room.dispatchEvent(new CustomEvent("knock", { detail: { participant_id: "a", name: "Ada", room_id: "r" } }));
      click(".door-yes"); await after(20);
      return notes;"""
    assert played("door.js", scene) == ["Ada is not at the door any more."]


def test_a_code_that_died_while_the_device_slept_is_changed_when_it_wakes() -> None:
    """A10: ten minutes by the clock; timers sleep, too."""
    scene = """const clock = Date.now, made = []; let slept = 0; Date.now = () => clock() + slept;
      globalThis.fetch = async () => {
        made.push("code");
        return Response.json({ code: "ABC234", qr: "", room_id: "r", expires_at_ms: Date.now() }, { status: 201 });
      };
      const invite = new m.Invite(room), wake = () => document.dispatchEvent(new Event("visibilitychange"));
      wake(); await after(10); const hidden = made.length;
      await invite.next(); wake(); await after(10); const fresh = made.length;
      slept = 600_000; wake(); await after(10);
      return [hidden, fresh, made.length];"""
    assert played("invite.js", scene) == [0, 1, 2]


def test_who_was_let_in_as_they_gave_up_leaves_again() -> None:
    """A12, B5: the knock was gone and they were not in yet as it was taken back; nobody stays in without knowing."""
    scene = """const { Leaving } = await module("leaving.js"), asked = [];
      globalThis.fetch = async (path, { method }) => {
        asked.push(`${method} ${path}`);
        return new Response("{}", { status: 404 });
      };
      const live = made({ state: "open", send() {} }), session = made({ who: null, open: async () => {} });
      const arrival = new m.Arrival(session, live, new Leaving());
      const answered = (room_id, admitted) => live.dispatchEvent(
        new CustomEvent("message", { detail: { type: "knock.answered", room_id, admitted } }));
      arrival.wait({ room_id: "r", status: "knocking", expires_at_ms: 1 }, async () => ({ room_id: "r" }));
      page.querySelector(".waiting-stop").dispatchEvent(new Event("click")); await after(20);
      answered("other", true); answered("r", false); await after(20);
      const before = asked.length;
      answered("r", true); await after(20);
      const both = asked.length;
      const real = setTimeout; let later;
      globalThis.setTimeout = (then, ms) => (ms === 5_000 ? (later = then) : real(then, ms));
      page.querySelector(".waiting-stop").dispatchEvent(new Event("click")); await after(20); later();
      answered("r", true); await after(20);
      return [before, both, asked.length];"""
    assert played("arrival.js", scene) == [1, 2, 3]


def test_who_enters_by_a_code_asks_once_more_where_no_answer_came() -> None:
    """A10: it may have been a yes, and nobody is in without knowing it; a refusal is none. Whom the server does not
    know would be somebody else the second time."""
    scene = """const away = () => { throw new TypeError("the network"); };
      const inside = () => Response.json({ room_id: "r" }), over = () => new Response("{}", { status: 410 });
      const tries = async (...answers) => {
        let asked = 0;
        globalThis.fetch = async () => answers[asked++]();
        return [await m.enterByCode("abc 234").then(one => one.room_id, error => error.status ?? "away"), asked];
      };
      const nobody = await tries(away, inside);
      (await module("cookieless.js")).hold("bearer");
      return [nobody, await tries(away, inside), await tries(over), await tries(away, away)];"""
    assert played("codes.js", scene) == [["away", 1], ["r", 2], [410, 1], ["away", 2]]

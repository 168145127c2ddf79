"""Leaving a meeting (static/js/leaving.js): the others see who leaves until the server knows."""

from typing import Any

from tests.support.javascript import evaluated

LEAVING = """
const leaving = new m.Leaving(), said = [], asked = [];
for (const what of ["heard", "unheard"]) leaving.addEventListener(what, () => said.push(what));
const taken = () => new Response(null, { status: 204 });
let answer = taken;
const refused = status => () => new Response("{}", { status });
const away = () => { throw new TypeError("the network"); };
globalThis.fetch = async (path, { method }) => { asked.push(`${method} ${path}`); return answer(); };
"""
TOLD = "DELETE /v1/rooms/r/participants/me"


def played(scene: str) -> Any:
    """What a scene gives in a page, and what was said and asked in it."""
    return evaluated("leaving.js", f"(async () => {{ {scene}; return [said, asked]; }})()", LEAVING)


def test_a_leaving_that_nobody_heard_is_told_again_until_it_is() -> None:
    """B5: without a network, and where the server fails or has too much to do; said once, and when it is done."""
    scene = """const answers = [away, refused(500), refused(429), taken]; answer = () => answers.shift()();
      await leaving.leave("r", async () => {});
      while (!said.includes("heard")) await after(20)"""
    assert played(scene) == [["unheard", "heard"], [TOLD] * 4]


def test_a_leaving_is_told_as_soon_as_the_network_is_back() -> None:
    """B5: the others wait for no pause of this page's."""
    scene = """answer = away; await leaving.leave("r", async () => {});
      answer = taken;
      dispatchEvent(new Event("online")); await after(20)"""
    assert played(scene) == [["unheard", "heard"], [TOLD] * 2]


def test_who_is_in_it_again_does_not_leave_after_all() -> None:
    """B5: what was owed before is not wanted any more."""
    scene = """answer = away; await leaving.leave("r", async () => {});
      leaving.revoke("r"); answer = taken; await after(600)"""
    assert played(scene) == [["unheard"], [TOLD]]


def test_a_meeting_that_is_over_has_been_left() -> None:
    """B5: there is nothing to tell where the server knows no such meeting, or no such session."""
    for status in (401, 404, 410):
        assert played(f"""answer = refused({status}); await leaving.leave("r", async () => {{}})""") == [
            ["heard"], [TOLD],
        ]  # fmt: skip


def test_what_was_measured_holds_nobody_in_a_meeting() -> None:
    """B5: batches that a bad network keeps do not keep their sender and what they show on everybody's screen."""
    assert played("""await leaving.leave("r", () => new Promise(() => {}))""") == [["heard"], [TOLD]]


def test_what_was_measured_goes_first_whenever_the_leaving_is_told() -> None:
    """D3: of who has left nothing is taken; without a network both wait, and go in that order."""
    scene = """answer = away;
      await leaving.leave("r", async () => asked.push("measured"));
      answer = taken;
      dispatchEvent(new Event("online")); await after(20)"""
    assert played(scene) == [["unheard", "heard"], ["measured", TOLD] * 2]


def test_a_meeting_that_nobody_asked_for_is_left_without_a_word() -> None:
    """A4, B5: a clip was taken back as it found a meeting; told again until it is heard."""
    scene = """const answers = [away, taken]; answer = () => answers.shift()();
      leaving.undo("r"); for (let n = 0; n < 200 && asked.length < 2; n += 1) await after(20); await after(20)"""
    assert played(scene) == [[], [TOLD] * 2]

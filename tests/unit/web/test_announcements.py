"""What a meeting's page says in passing (static/js/announcements.js): a burst is said once."""

from typing import Any

from tests.support.javascript import evaluated

MEETING = """
const room = made({ state: null }), announcements = new m.Announcements(room);
const person = (id, name) => ({ participant_id: id, name, joined_at_ms: 1 });
const people = (...names) => {
  const all = names.map((name, at) => person(`${at}`, name));
  room.state = { answer: { room_id: "r", me: "0" }, content: [], people: all };
  room.dispatchEvent(new Event("change"));
};
"""


def said(scene: str) -> Any:
    return evaluated("announcements.js", f"(async () => {{ {scene}; return notes; }})()", MEETING)


def test_who_takes_one_name_after_another_is_announced_once() -> None:
    """Issue 5, the page: one guest does not keep every screen reader talking."""
    assert said("""people("Me", "Ada"); for (let at = 0; at < 30; at++) people("Me", `Ada ${at}`)""") == [
        "Ada is now called Ada 0."
    ]


def test_of_many_new_names_at_once_three_are_said() -> None:
    """Issue 5, the page: after a gap the list tells better; another person's new name is news all the same."""
    heard = said("""people("Me", "A", "B", "C", "D", "E"); people("Me", "a", "b", "c", "d", "E");
      people("Me", "a", "b", "c", "d", "e")""")
    assert heard == [f"{name} is now called {name.lower()}." for name in "ABCE"]

"""What stands with each shown link (static/js/content/shown-card.js): who answers for it, and what would extend it."""

from typing import Any

import pytest

from tests.support.javascript import evaluated

CARD = """
const one = { content_id: "c", url: "https://example.org/", title: null, host: "example.org", as: "card",
  participant_id: "ada", participant_name: "Ada", expires_at_ms: 60_000 };
const state = { answer: { me: "me" }, people: [] };
const written = async (shown, staged, people = []) => {
  const element = new Element(), card = new m.ShownCard(element, shown, { staged: { ids: staged }, room: {} });
  card.write(shown, { ...state, people }, 0); await after(0);
  return [element.querySelector(".shown-by").textContent, element.querySelector("time").textContent];
};
"""


def written(scene: str) -> Any:
    """Who shows it, and how long it lives."""
    return evaluated("content/shown-card.js", f"({scene})", CARD)


@pytest.mark.parametrize(
    ("shown", "people", "name"),
    [
        ("one", "[]", "Ada"),
        ("one", """[{ participant_id: "ada", name: "Ada Lovelace" }]""", "Ada Lovelace"),
    ],
)
def test_somebody_answers_for_what_is_shown_also_while_they_are_away(shown: str, people: str, name: str) -> None:
    """B9: to whoever loads the page meanwhile, too."""
    by, life = written(f"written({shown}, [], {people})")
    assert by == f"Shown by {name}"
    assert f"as long as {name} keeps the page open" in life


@pytest.mark.parametrize(("here", "tab"), [("['c']", "this tab stays open"), ("[]", "your other tab stays open")])
def test_the_card_says_which_tab_keeps_it(here: str, tab: str) -> None:
    """B7: what would extend its life; whoever believed the wrong tab would close the right one."""
    by, life = written(f"written({{ ...one, participant_id: 'me' }}, {here})")
    assert by == "Shown by you"
    assert tab in life

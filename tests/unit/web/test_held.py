"""What is held about somebody, as the page puts it (F3)."""

import json

from tests.support.javascript import evaluated


def test_what_is_held_is_put_into_words() -> None:
    """F3: instants as dates, lengths as they are, yes and no in words, lists as JSON."""
    asked = [("at_ms", 1_800_014_400_000), ("talk_ms", 60_000), ("given", True), ("name", "Ada"), ("name", None)]
    scene = f"{json.dumps(asked)}.map(([name, value]) => m.inWords(name, value))"
    at, length, given, name, nothing = evaluated("rights/held.js", scene)
    assert "2027" in at
    assert (length, given, name, nothing) == ("60000", "yes", "Ada", "nothing")
    assert evaluated("rights/held.js", "[30 * 86_400_000, 10_000].map(m.lengthOf)") == ["30 days", "10 seconds"]
    assert evaluated("rights/held.js", 'm.inWords("talk", [[1, 2]])') == "[[1,2]]"

"""D5: below its minimum of data a rule says nothing, whatever its figure says, and at it, it speaks."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from chalicelib.insights.advice import RULES, advise
from chalicelib.insights.figures import Others
from chalicelib.insights.indicators import Evidence
from chalicelib.insights.measures import believed, measure
from tests.support.golden import OPENED_MS, Golden

TALK = {"people": 3, "minutes": 10, "coverage": 0.5, "measured": 0.5, "talk": 2}
CONVERSATION = {**TALK, "people": 2, "talk": 5}
NO_TALK = {"people": 3, "minutes": 10, "coverage": 0.5, "measured": 0.5}
LEAST: dict[str, Mapping[str, float]] = {  # minutes but for people, shares and answers
    "low-coverage": {"people": 1, "minutes": 10},
    "one-voice": TALK,
    "uneven": TALK,
    "quiet-people": {**TALK, "people": 4},
    "many-listeners": {**TALK, "people": 8},
    "monologue": {**TALK, "people": 2},
    "interruptions": CONVERSATION,
    "overlap": CONVERSATION,
    "silence": {**TALK, "people": 2},
    "slow-answers": {**CONVERSATION, "answers": 5},
    "few-webcams": NO_TALK,
    "low-attention": {**NO_TALK, "shown": 5},
    "attention-fades": {**NO_TALK, "shown": 10, "first": 5, "second": 5, "third": 5},
    "late-arrivals": {**NO_TALK, "people": 4},
    "early-leavers": {**NO_TALK, "people": 4},
    "long-meeting": {**NO_TALK, "people": 2},
    "well-balanced": TALK,
}
BIT = {"people": 1, "answers": 1, "coverage": 0.001, "measured": 0.001}  # less, where it is not a second
SECOND = 1 / 60
THIRDS = ("first", "second", "third")
AMPLE = {"people": 10, "minutes": 120, "coverage": 1, "measured": 1, "talk": 20, "shown": 60, "answers": 9}
LENGTH_S, THIRD_S = 7_200, 200  # of a meeting; of what is shown in it, if thirds matter
EACH = [(name, minimum) for name, least in LEAST.items() for minimum in least]


def speaks(name: str, monkeypatch: pytest.MonkeyPatch, **data: float) -> bool:
    """Whether the rule gives its tip of a meeting with so much data and a figure that has come to the threshold."""
    rule = next(rule for rule in RULES if rule.name == name)
    monkeypatch.setattr(
        "chalicelib.insights.advice.INDICATORS",
        {one.metric: _nothing for one in RULES} | {rule.metric: lambda _: rule.threshold},
    )
    return name in {tip.rule for tip in advise(_meeting(bool(LEAST[name].get("talk")), **data))}


def _nothing(_: Evidence) -> None:
    return None


def _meeting(
    of_talk: bool,
    *,
    people: float,
    minutes: float,
    coverage: float,
    measured: float,
    talk: float,
    shown: float,
    answers: float,
    **thirds: float,
) -> Evidence:
    """Two people talk by turns, the second without a microphone where talk matters and `people` are fewer."""
    shown_s = 3 * THIRD_S if thirds else shown * 60
    covered = f"0-{LENGTH_S * coverage}"
    for at, third in enumerate(THIRDS):
        if third in thirds:
            covered = f"0-{at * THIRD_S + thirds[third] * 60 / people} {(at + 1) * THIRD_S}-{LENGTH_S}"
    given = {f"p{one}": [f"0-{LENGTH_S}", "", "", "", covered] for one in range(round(people))}
    if of_talk and people < 2:
        given["p1"] = [f"0-{LENGTH_S}", "", "", "", covered, ""]
    turn_s = talk * 60 / (answers + 1)
    for turn in range(round(answers) + 1 if of_talk else 0):
        given[f"p{turn % 2}"][1] += f" {turn * (turn_s + 2)}-{turn * (turn_s + 2) + turn_s}"
    golden = Golden(
        "", LENGTH_S, {who: tuple(one) for who, one in given.items()}, {}, f"0-{shown_s}" if shown_s else ""
    )
    meeting = believed(golden.meeting())
    measures = measure(meeting, golden.recordings())
    span = OPENED_MS, OPENED_MS + round(minutes * 60_000)  # though it was measured for longer: nothing else changes
    unmeasured_ms = round(measures.presence_ms * (1 / measured - 1)) if measured else measures.presence_ms
    others = Others(2, unmeasured_ms) if unmeasured_ms else None
    return Evidence(replace(meeting, span=span), replace(measures, others=others), OPENED_MS)


def _data(name: str, **other: float) -> dict[str, float]:
    wanted = {**AMPLE, "answers": AMPLE["answers"] if "answers" in LEAST[name] else 0}
    return wanted | other


@pytest.mark.parametrize(("name", "minimum"), EACH)
def test_a_rule_speaks_at_each_of_its_minima_and_not_below(
    name: str, minimum: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D5: of two meetings with plenty of everything else, one has just enough, the other a person, a second less."""
    least = LEAST[name][minimum]
    assert speaks(name, monkeypatch, **_data(name, **{minimum: least}))
    assert not speaks(name, monkeypatch, **_data(name, **{minimum: least - BIT.get(minimum, SECOND)}))


@pytest.mark.parametrize("name", LEAST)
def test_a_rule_wants_no_more_than_its_minima(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """D5: all of them at once, and nothing of what it does not speak of."""
    least = {minimum: value for minimum, value in LEAST[name].items() if minimum not in THIRDS}
    nothing = dict.fromkeys(AMPLE, 0) | {"people": 1, "coverage": 0}
    assert speaks(name, monkeypatch, **{**nothing, **least})


def test_every_rule_has_its_minima_here() -> None:
    """D5: one without would speak of nothing."""
    assert [rule.name for rule in RULES] == list(LEAST)

"""D5: tips rest on a number they name, and on enough of it; each rule with a meeting that calls for it and one not."""

from collections.abc import Callable

import pytest

from chalicelib.insights.advice import RULES, Tip, advise
from chalicelib.insights.indicators import INDICATORS, Evidence
from chalicelib.insights.measures import believed, measure
from tests.support.golden import OPENED_MS, Golden

People = dict[str, tuple[str, ...]]
LENGTH_S = 1200  # twenty minutes, where nothing else is said


def tips(people: People, *, length_s: int = LENGTH_S, shown: str = "", began_s: int = 0) -> dict[str, Tip]:
    golden = Golden("", length_s, people, {}, shown)
    meeting = believed(golden.meeting())
    found = advise(Evidence(meeting, measure(meeting, golden.recordings()), OPENED_MS + began_s * 1000))
    return {tip.rule: tip for tip in found}


def talking(*seconds: int, of: int = LENGTH_S, camera: str = "0-600", eyes: str = "") -> People:
    """People who are there all the time and talk in turns of at most 20 s, 1 s apart, as long as `seconds` say."""
    left, talk, at = list(seconds), [list[str]() for _ in seconds], 0
    while any(left):
        for who, rest in enumerate(left):
            if turn := min(rest, 20):
                talk[who].append(f"{at}-{at + turn}")
                at, left[who] = at + turn + 1, rest - turn
    assert at <= of
    return {f"p{n}": (f"0-{of}", " ".join(one), camera, eyes) for n, one in enumerate(talk)}


def there(people: People, **presence: str) -> People:
    """Some of them there at other times."""
    return {who: (presence.get(who, one[0]), *one[1:]) for who, one in people.items()}


def doing(people: People, **talk: str) -> People:
    """Some of them talking at other times."""
    return {who: (one[0], talk.get(who, one[1]), *one[2:]) for who, one in people.items()}


EVEN = (200, 200, 200, 200)
GOLDEN: dict[str, tuple[Callable[[], dict[str, Tip]], float, Callable[[], dict[str, Tip]]]] = {
    "low-coverage": (
        lambda: tips({"a": ("0-1200", "", "", "", "0-840")}),
        0.7,
        lambda: tips({"a": ("0-1200", "", "", "", "0-841")}),
    ),
    "one-voice": (lambda: tips(talking(500, 50, 50, 200)), 2.5, lambda: tips(talking(499, 51, 50, 200))),
    "uneven": (lambda: tips(talking(850, 50, 50, 50)), 0.6, lambda: tips(talking(849, 51, 50, 50))),
    "quiet-people": (
        lambda: tips(talking(*[10] * 33, *[0] * 17)),
        0.34,
        lambda: tips(talking(*[10] * 34, *[0] * 16)),
    ),
    "many-listeners": (
        lambda: tips(talking(300, 300, 100, *[0] * 7)),
        0.3,
        lambda: tips(talking(300, 300, 100, 1, *[0] * 6)),
    ),
    "monologue": (
        lambda: tips(doing(talking(*EVEN), p0="800-1100")),
        300_000,
        lambda: tips(doing(talking(*EVEN), p0="800-1099")),
    ),
    "interruptions": (
        lambda: tips(doing(talking(*EVEN), p0=_turns(0, 108, 109), p1=_turns(1, 108, 109), p2="971-1080", p3="")),
        30.0,
        lambda: tips(doing(talking(*EVEN), p0=_turns(0, 108, 109), p1=_turns(1, 108, 109), p2="971-1081", p3="")),
    ),
    "overlap": (
        lambda: tips(doing(talking(*EVEN), p0="0-400", p1="340-400", p2="", p3="")),
        0.15,
        lambda: tips(doing(talking(*EVEN), p0="0-400", p1="341-400", p2="", p3="")),
    ),
    "silence": (lambda: tips(talking(150, 150, 150, 150)), 0.5, lambda: tips(talking(151, 150, 150, 150))),
    "slow-answers": (
        lambda: tips(doing(talking(*EVEN), p0=_turns(0, 103, 100), p1=_turns(1, 103, 100), p2="", p3="")),
        3_000,
        lambda: tips(doing(talking(*EVEN), p0=_turns(0, 102.9, 100), p1=_turns(1, 102.9, 100), p2="", p3="")),
    ),
    "few-webcams": (
        lambda: tips(talking(*EVEN, camera="0-300")),
        0.25,
        lambda: tips(talking(*EVEN, camera="0-301")),
    ),
    "low-attention": (
        lambda: tips(talking(*EVEN, eyes="0-300"), shown="0-600"),
        0.5,
        lambda: tips(talking(*EVEN, eyes="0-301"), shown="0-600"),
    ),
    "attention-fades": (
        lambda: tips(talking(*EVEN, eyes="0-1100"), shown="0-1200"),
        0.25,
        lambda: tips(talking(*EVEN, eyes="0-1101"), shown="0-1200"),
    ),
    "late-arrivals": (
        lambda: tips(there(talking(*EVEN), p3="301-1200")),
        0.25,
        lambda: tips(there(talking(*EVEN), p3="300-1200")),
    ),
    "early-leavers": (
        lambda: tips(there(talking(*EVEN), p3="0-899")),
        0.25,
        lambda: tips(there(talking(*EVEN), p3="0-900")),
    ),
    "long-meeting": (
        lambda: tips(talking(*EVEN, of=5400), length_s=5400),
        5_400_000,
        lambda: tips(talking(*EVEN, of=5399), length_s=5399),
    ),
    "well-balanced": (lambda: tips(talking(270, 110, 110, 110)), 0.2, lambda: tips(talking(271, 110, 110, 109))),
}


def _turns(first: int, every_s: float, long_s: float) -> str:
    """Every other of nine turns, which begin `every_s` after one another; the first of them, or the second."""
    return " ".join(f"{at * every_s:.3f}-{at * every_s + long_s:.3f}" for at in range(first, 9, 2))


@pytest.mark.parametrize("name", [rule.name for rule in RULES])
def test_a_tip_comes_where_its_figure_reaches_the_threshold(name: str) -> None:
    """D5: a golden meeting in which it comes, with metric, value and threshold; and one in which it does not."""
    calling, value, quiet = GOLDEN[name]
    rule = next(rule for rule in RULES if rule.name == name)
    found = calling()[name]
    assert found == Tip(name, rule.metric, found.value, rule.threshold)
    assert found.value == pytest.approx(value, abs=1e-6)
    assert name not in quiet()


def test_attention_fades_over_what_was_shown_and_not_over_the_meeting() -> None:
    """D5: shown for the first 12 of 30 minutes and looked at for 8; little that is shown weighs little."""
    early = tips(talking(*EVEN, of=1800, eyes="0-480"), length_s=1800, shown="0-720")
    assert early["attention-fades"].value == 1
    assert "attention-fades" not in tips(talking(*EVEN, eyes="0-600"), shown="0-600 890-900 1190-1200")


def test_one_slow_answer_is_not_the_usual_one() -> None:
    """D5: the median of few silences says nothing."""
    assert "slow-answers" not in tips(doing(talking(*EVEN), p0="0-200", p1="204-404", p2="", p3=""))


def deaf(people: People, *who: str) -> People:
    """Some of them without a microphone, some of the time heard: "p0=0-500"."""
    heard = dict(one.partition("=")[::2] for one in who)
    return {one: (*sent, "=", heard[one]) if one in heard else sent for one, sent in people.items()}


def test_tips_on_talk_count_those_who_were_heard() -> None:
    """D3, D5: who has no microphone has not been silent; their camera counts."""
    people = talking(300, 300, 300, 0)
    assert "well-balanced" in tips(deaf(people, "p3"))
    assert "quiet-people" not in tips(deaf(talking(300, 300, 0, 0), "p3"))
    assert "well-balanced" not in tips(deaf(people, "p2", "p3"))
    assert "well-balanced" not in tips(deaf(people, "p0=0-500", "p1=0-500", "p2=0-500", "p3"))
    filmed = {**talking(300, 300, 0, camera=""), "p2": ("0-1200", "", "0-1200", "")}
    assert "few-webcams" not in tips(deaf(filmed, "p2"))


def test_every_rule_has_a_figure_and_a_minimum() -> None:
    """D5: at least twelve rules; each names a figure there is, and wants ten minutes and somebody measured."""
    assert len({rule.name for rule in RULES}) == len(RULES) >= 12
    assert {rule.metric for rule in RULES} <= set(INDICATORS)
    assert all(rule.people >= 1 and rule.minutes >= 10 for rule in RULES)


def test_an_empty_meeting_gets_no_tips() -> None:
    """D5: nor one in which nobody agreed to be measured."""
    assert tips({}) == {}
    assert tips(dict.fromkeys("abc", ("0-1200",))) == {}


def test_nobody_is_told_that_everybody_had_their_say_where_one_had_not() -> None:
    """D5: nine of ten talk alike, and one says nothing, or hardly anything: hardly uneven, and not balanced."""
    assert "well-balanced" not in tips(talking(*[100] * 9, 0))
    assert "well-balanced" not in tips(talking(*[100] * 9, 10))
    assert "well-balanced" in tips(talking(*[100] * 9, 25))


def test_where_most_are_not_measured_that_alone_is_said() -> None:
    """D5: of twenty people three are measured, whole: nobody knows whether nobody talked, or who had their say."""
    few = talking(100, 100, 100) | {f"q{one}": ("0-1200",) for one in range(17)}
    assert {name: tip.value for name, tip in tips(few).items()} == {"low-coverage": 0.15}
    half = talking(100, 100, 100) | {f"q{one}": ("0-1200",) for one in range(3)}
    assert {"silence", "well-balanced"} <= set(tips(half))
    assert {"silence", "well-balanced"}.isdisjoint(tips(half | {"q3": ("0-60",)}))


def test_one_who_is_not_measured_is_told_by_no_tip() -> None:
    """D10: a single one would be told by what is not said."""
    one = talking(100, 100, 100) | {"q": ("0-1200",)}
    assert tips(one) == tips(talking(100, 100, 100))

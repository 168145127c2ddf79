"""D3, D4: a report is the same whatever way its batches came, and claims no more time than there was."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, strategies as st

from chalicelib.insights import recording as rules
from chalicelib.insights.figures import Meeting
from chalicelib.insights.intervals import Spans, by_depth, by_step, common, length, union, without
from chalicelib.insights.measures import measure
from chalicelib.insights.recording import Recording, bounded, fold, pack, recorded, unpack
from chalicelib.insights.timeline import steps_of
from chalicelib.insights.turns import take_turns

END_MS = 400_000
instants = st.integers(-20_000, END_MS + 20_000)
some_spans = st.lists(st.tuples(instants, instants), max_size=8)
spans = some_spans.map(union)
batches = st.builds(
    recorded,
    st.fixed_dictionaries({"talk": some_spans, "webcam": some_spans, "attention": some_spans}),
    st.none() | st.tuples(instants, instants),
    heard=st.booleans(),
)
recordings = st.lists(batches, max_size=3).map(fold)
people = st.dictionaries(st.sampled_from("abcdefg"), st.tuples(spans, recordings), max_size=6)


@given(st.lists(batches, max_size=6), st.randoms(), st.integers(0, 6))
def test_order_duplication_and_parts_make_no_difference(some: Sequence[Recording], random: Random, cut: int) -> None:
    """D3: shuffled, sent twice, folded shard by shard: the same bytes."""
    shuffled = [*some, *some[:cut]]
    random.shuffle(shuffled)
    whole = fold(some)
    assert pack(fold(shuffled)) == pack(whole)
    assert pack(fold([fold(some[:cut]), fold(some[cut:])])) == pack(whole)
    assert unpack(*pack(whole)) == whole


@given(st.lists(batches, max_size=6), st.integers(5, 12))
def test_what_is_too_much_grows_coarser_and_claims_no_more_than_it_spans(some: Sequence[Recording], most: int) -> None:
    """D14: it fits; nothing is lost, what happened is still covered, and the whole begins and ends as it did."""
    whole = fold(some)
    with patch.object(rules, "SPANS_MAX", most):
        found = bounded(whole)
        assert bounded(fold(some[::-1])) == found
    assert sum(map(len, found.parts)) <= most
    for before, after in zip(whole.parts, found.parts, strict=True):
        assert without(before, after) == without(after, found.covered) == ()
        assert _ends(before) == _ends(after)


def _ends(spans: Spans) -> Spans:
    return tuple((a, b) for (a, _), (_, b) in zip(spans[:1], spans[-1:], strict=True))


@given(batches, st.lists(instants, max_size=5))
def test_splitting_a_batch_makes_no_difference(one: Recording, cuts: Sequence[int]) -> None:
    """D3: what comes in pieces is what comes at once."""
    edges = sorted({-(10**6), *cuts, 10**6})
    pieces = [one.within(((a, b),)) for a, b in pairwise(edges)]
    assert fold(pieces) == one


@given(people, spans)
def test_no_figure_claims_more_time_than_there_was(some: dict[str, tuple[Spans, Recording]], shown: Spans) -> None:
    """D4: talk, webcam and monologue lie within presence, attention within what was shown; shares add up to one."""
    presence = {who: one[0] for who, one in some.items()}
    made = Meeting((0, END_MS), presence, shown)
    recordings = [(who, one[1]) for who, one in some.items()]
    found = measure(made, recordings)
    assert measure(made, recordings[::-1]) == found
    for one in found.people:
        there = length(common(presence[one.participant_id], ((0, END_MS),)))
        assert one.presence_ms == there
        assert (one.talk_ms or 0) <= one.heard_ms <= one.observed_ms
        assert (one.talk_ms is None) == (one.heard_ms == 0)
        assert max(one.observed_ms, one.talk_ms or 0, one.webcam_ms or 0, one.longest_monologue_ms or 0) <= there
        assert (one.attention_ms or 0) <= (one.attention_of_ms or 0) <= found.shown_ms
        assert sum(each or 0 for each in (one.timeline.talk_ms if one.timeline else ())) == (one.talk_ms or 0)
    unheard = not any(one.heard_ms for one in found.people)
    assert {unheard} == {one is None for one in (found.talk_ms, found.talked_ms, found.silence_ms, found.interruptions)}
    assert sum(one.talk_share or 0 for one in found.people) == pytest.approx(1 if found.talk_ms else 0, abs=1e-5)
    for figure in (found.gini, found.entropy, found.attention, found.coverage):
        assert figure is None or 0 <= figure <= 1
    if found.silence_ms is not None and found.overlap_ms is not None:
        assert found.silence_ms + found.overlap_ms <= END_MS
    assert len(found.timeline.present) == steps_of(made.span)[0]


@given(spans, spans)
def test_spans_are_sets_of_instants(these: Spans, those: Spans) -> None:
    """D4: both, either and the rest add up, as they do for sets."""
    both, rest = common(these, those), without(these, those)
    assert union([*both, *rest]) == these
    assert common(rest, those) == ()
    assert length(union([*these, *those])) == length(these) + length(those) - length(both)
    assert by_depth([these, those]) == (union([*these, *those]), both)
    assert sum(by_step(these, -60_000, 10, 60_000)) == length(common(these, ((-60_000, 540_000),)))


@given(st.dictionaries(st.sampled_from("abcde"), spans, max_size=5))
def test_every_interruption_has_one_who_was_interrupted(talk: dict[str, Spans]) -> None:
    """D4: what one takes over, another loses; nobody interrupts alone."""
    floor = take_turns(talk)
    assert sum(floor.interruptions.values()) == sum(floor.interrupted.values())
    if len(talk) < 2:
        assert not floor.interruptions
        assert not floor.gaps

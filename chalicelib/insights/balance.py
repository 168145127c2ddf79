"""How evenly talk time is spread, each person measured against their fair share.

A fair share is the part of everybody's heard time that is somebody's own: who was there for half the meeting, or whose
microphone was heard for half of it, is expected to talk half as long. What nobody measured says nothing about talk, so
presence alone does not count. Both figures need at least two people and somebody who talked.
"""

from collections.abc import Sequence
from math import log


def gini(talk: Sequence[float], heard: Sequence[float]) -> float | None:
    """Gini coefficient of talk per heard time, weighted by that: 0 all at their fair share, 1 - f where only one
    talked, whose fair share is f.

    The area between Lorenz curve and diagonal, doubled (Gini 1912; weighted as in Lerman & Yitzhaki, J. Econometrics
    42, 1989): 1 - sum of w_i (L_i + L_(i-1)), people sorted by talk per heard time, w their fair shares, L the
    cumulated shares of talk.
    """
    people = _comparable(talk, heard)
    if people is None:
        return None
    all_talk, all_heard = sum(one for one, _ in people), sum(one for _, one in people)
    area, reached = 0.0, 0.0
    for said, long in sorted(people, key=lambda one: (one[0] / one[1], one)):
        before, reached = reached, reached + said / all_talk
        area += long / all_heard * (before + reached)
    return max(0.0, 1 - area)


def entropy(talk: Sequence[float], heard: Sequence[float]) -> float | None:
    """Normalised entropy: 1 all at their fair share, 0 where only one with the least fair share talked.

    1 - D(p || f) / log(1 / min f): the relative entropy (Kullback & Leibler 1951) of the shares p of talk to the fair
    shares f, by the most it can be. Where all were heard equally long it is Shannon's entropy H(p) / log n (1948).
    """
    people = _comparable(talk, heard)
    if people is None:
        return None
    all_talk, all_heard = sum(one for one, _ in people), sum(one for _, one in people)
    shares = [(said / all_talk, long / all_heard) for said, long in people]
    distance = sum(share * log(share / fair) for share, fair in shares if share > 0)
    return min(1.0, max(0.0, 1 - distance / log(1 / min(fair for _, fair in shares))))


def _comparable(talk: Sequence[float], heard: Sequence[float]) -> list[tuple[float, float]] | None:
    people = [(said, long) for said, long in zip(talk, heard, strict=True) if long > 0]
    return people if len(people) > 1 and sum(said for said, _ in people) > 0 else None

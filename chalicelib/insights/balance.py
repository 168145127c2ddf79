"""How evenly talk time is spread, each person measured against their fair share.

A fair share is the part of everybody's presence that is somebody's own: who was there for half the meeting is
expected to talk half as long. Both figures need at least two people and somebody who talked.
"""

from collections.abc import Sequence
from math import log


def gini(talk: Sequence[float], presence: Sequence[float]) -> float | None:
    """Gini coefficient of talk per presence, weighted by presence: 0 all at their fair share, towards 1 one alone.

    The area between Lorenz curve and diagonal, doubled (Gini 1912; weighted as in Lerman & Yitzhaki, J. Econometrics
    42, 1989): 1 - sum of w_i (L_i + L_(i-1)), people sorted by talk per presence, w their shares of presence, L the
    cumulated shares of talk.
    """
    people = _comparable(talk, presence)
    if people is None:
        return None
    all_talk, all_presence = sum(one for one, _ in people), sum(one for _, one in people)
    area, reached = 0.0, 0.0
    for said, there in sorted(people, key=lambda one: (one[0] / one[1], one)):
        before, reached = reached, reached + said / all_talk
        area += there / all_presence * (before + reached)
    return max(0.0, 1 - area)


def entropy(talk: Sequence[float], presence: Sequence[float]) -> float | None:
    """Normalised entropy: 1 all at their fair share, 0 where only the one with the least presence talked.

    1 - D(p || f) / log(1 / min f): the relative entropy (Kullback & Leibler 1951) of the shares p of talk to the fair
    shares f, by the most it can be. Where all were there equally long it is Shannon's entropy H(p) / log n (1948).
    """
    people = _comparable(talk, presence)
    if people is None:
        return None
    all_talk, all_presence = sum(one for one, _ in people), sum(one for _, one in people)
    shares = [(said / all_talk, there / all_presence) for said, there in people]
    distance = sum(share * log(share / fair) for share, fair in shares if share > 0)
    return min(1.0, max(0.0, 1 - distance / log(1 / min(fair for _, fair in shares))))


def _comparable(talk: Sequence[float], presence: Sequence[float]) -> list[tuple[float, float]] | None:
    people = [(said, there) for said, there in zip(talk, presence, strict=True) if there > 0]
    return people if len(people) > 1 and sum(said for said, _ in people) > 0 else None

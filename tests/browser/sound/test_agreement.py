"""Server and browser make the same fingerprint of the same sound (A5)."""

from itertools import combinations

import numpy as np
import pytest

from chalicelib.joining import match, quality
from chalicelib.joining.fingerprint import SIZE_MAX, Fingerprint, parse
from tests.browser.sound.conftest import SoundPage
from tests.vectors.vectors import Vector, load

VECTORS = load()
NEAR = 0.001  # share of values that may fall on the other side of a quantisation edge
SCORE_NEAR = 0.01 * (match.JOIN.score - match.ASK.score)


@pytest.fixture(scope="session")
def in_browser(sound_page: SoundPage) -> dict[str, bytes]:
    """Each vector's fingerprint, by the shipped worker."""
    return {vector.name: sound_page.fingerprint(vector) for vector in VECTORS}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_the_browser_makes_the_servers_fingerprint(vector: Vector, in_browser: dict[str, bytes]) -> None:
    """A5: the same header and quality, the same values but for quantisation edges, and never more than 4 KiB."""
    made, expected = in_browser[vector.name], vector.expected
    assert len(made) == len(expected) <= SIZE_MAX
    assert made[:32] == expected[:32]
    here, there = parse(made), parse(expected)
    if quality.refusals(there.quality):
        return  # it never matches: what else it says is rounding noise
    assert np.mean(here.waveform != there.waveform) <= NEAR
    assert np.mean(here.envelope != there.envelope) <= NEAR
    assert np.bitwise_count(here.signature.words ^ there.signature.words).sum() <= NEAR * here.signature.words.size * 32


def test_scores_do_not_depend_on_who_computed(in_browser: dict[str, bytes]) -> None:
    """A5: any two clips of one time score the same, within 1 % of the distance between the two thresholds."""
    fit = [vector for vector in VECTORS if not quality.refusals(parse(vector.expected).quality)]
    pairs = [(a, b) for a, b in combinations(fit, 2) if abs(a.recorded_at_ms - b.recorded_at_ms) < 1_000]
    scores = np.array([_scores(a, b, in_browser) for a, b in pairs])
    assert np.abs(scores - scores[:, :1]).max() <= SCORE_NEAR
    assert scores.min() < match.ASK.score < match.JOIN.score < scores.max()  # both rooms and strangers are among them


def _scores(a: Vector, b: Vector, in_browser: dict[str, bytes]) -> list[float]:
    """By the server's fingerprints, the browser's, and one of each."""
    servers, browsers = (parse(a.expected), parse(b.expected)), (parse(in_browser[a.name]), parse(in_browser[b.name]))
    return [_score(*servers), _score(*browsers), _score(servers[0], browsers[1]), _score(browsers[0], servers[1])]


def _score(a: Fingerprint, b: Fingerprint) -> float:
    return match.score(a, b, (b.recorded_at_ms - a.recorded_at_ms) / 1e3, match.tolerance_s(a, b))

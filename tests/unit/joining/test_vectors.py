"""The vectors that the browser is held to are still what the server makes (A5)."""

import numpy as np
import pytest

from chalicelib.joining import quality
from chalicelib.joining.fingerprint import SIZE_MAX, parse
from tests.vectors.vectors import Vector, load

NEAR = 0.001  # another processor's logarithm may put a value on the other side of a quantisation edge


@pytest.mark.parametrize("vector", load(), ids=lambda vector: vector.name)
def test_the_server_still_makes_the_vectors_fingerprint(vector: Vector) -> None:
    """A5: a change of the format means new vectors (tests/vectors/make.py), a new port and a new version."""
    now, then = vector.on_server(), parse(vector.expected)
    assert len(vector.expected) <= SIZE_MAX
    assert now.to_bytes()[:32] == vector.expected[:32]
    assert now.waveform.shape == then.waveform.shape
    assert now.envelope.shape == then.envelope.shape
    assert now.signature.first_slot == then.signature.first_slot
    if quality.refusals(then.quality):
        return  # it never matches: what else it says is rounding noise
    assert np.mean(now.waveform != then.waveform) <= NEAR
    assert np.mean(now.envelope != then.envelope) <= NEAR
    assert np.bitwise_count(now.signature.words ^ then.signature.words).sum() <= NEAR * now.signature.words.size * 32

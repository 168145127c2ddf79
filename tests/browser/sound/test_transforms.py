"""The browser's Fourier transforms against numpy's, at lengths of every kind."""

import numpy as np
import pytest

from tests.browser.sound.conftest import SoundPage

FORWARD = """async ({values, n}) => {
  const {realFft} = await import("/js/sound/real-fft.js");
  const {re, im} = realFft(values, n);
  return [[...re], [...im]];
}"""
THERE_AND_BACK = """async ({values, n}) => {
  const {realFft, inverseRealFft} = await import("/js/sound/real-fft.js");
  return [...inverseRealFft(realFft(values, n), n)];
}"""
LENGTHS = {
    "one point": 1, "two": 2, "fours": 1_024, "twice fours": 512, "fives and thirteen": 650, "threes": 162,
    "sevens": 98, "odd": 675, "odd prime": 31, "large prime": 1_009, "twice a large prime": 2_018,
    "a product of large primes": 37 * 41 * 2,
}  # fmt: skip


@pytest.mark.parametrize("n", LENGTHS.values(), ids=LENGTHS)
def test_lines_are_those_of_numpy(sound_page: SoundPage, n: int) -> None:
    """A5: differences from floating point only; what is missing at the end counts as zero."""
    values = np.random.default_rng(n).normal(size=max(1, n - n // 5))
    re, im = np.array(sound_page.page.evaluate(FORWARD, {"values": values.tolist(), "n": n}))
    np.testing.assert_allclose(re + 1j * im, np.fft.rfft(values, n), atol=1e-12 * n)


@pytest.mark.parametrize("n", [n for n in LENGTHS.values() if n % 2 == 0])
def test_the_way_back_gives_the_values(sound_page: SoundPage, n: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    back = sound_page.page.evaluate(THERE_AND_BACK, {"values": values.tolist(), "n": n})
    np.testing.assert_allclose(back, values, atol=1e-13)

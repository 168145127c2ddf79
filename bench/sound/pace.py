"""Times that a limit can be held to on any machine: told at the pace of the one for which the limits were set.

That pace is known by a yardstick, Sound-Proof's comparison of two clips of 4 s (matchers.py), which took YARDSTICK_US
there. What is timed and the yardstick take turns, and the best of many turns of each counts: whatever else a machine
does only ever slows both down.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from bench.sound.matchers import SoundProof

YARDSTICK_US = 3_370  # 3 580 as published, for an implementation that is 6 % slower than ours side by side
TURNS = 40


def timed(acts: Mapping[str, Callable[[], object]], turns: int = TURNS) -> tuple[dict[str, float], float]:
    """CPU seconds of each act here, and the factor that makes of them what they would take at the yardstick's pace."""
    rng, proof = np.random.default_rng(0), SoundProof()
    one, other = rng.standard_normal((2, 4 * SoundProof.RATE)).astype(np.float32)
    wanted: dict[str, Callable[[], object]] = {**acts, "": partial(proof.score, one, other, 0.1)}
    for act in wanted.values():
        act()
    best = dict.fromkeys(wanted, float("inf"))
    for _ in range(turns):
        for name, act in wanted.items():
            best[name] = min(best[name], _cpu_s(act))
    yardstick_s = best.pop("")
    return best, YARDSTICK_US / 1e6 / yardstick_s


def _cpu_s(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began

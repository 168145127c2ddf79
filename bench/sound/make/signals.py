"""What the simulation's parts share: the rate, the kinds of arrays, decoding."""

from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

FS = 16_000
SPLITS = {"dev": 0}

Signal = NDArray[np.floating[Any]]
Random = np.random.Generator


def decode(source: Any, container: str | None = None, seconds: int = 90, skip: int = 0) -> Signal:
    """Any audio file or bytes as float32 mono at 16 kHz (PyAV's FFmpeg)."""
    opened = av.open(source, format=container)
    resampler, parts, count = av.AudioResampler("s16", "mono", FS), [], 0
    for frame in opened.decode(audio=0):
        for piece in resampler.resample(frame):
            parts.append(piece.to_ndarray()[0])
            count += len(parts[-1])
        if count > (skip + seconds) * FS:
            break
    else:
        parts += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    opened.close()
    sound = np.concatenate(parts).astype(np.float32) / 32768 if parts else np.zeros(0, np.float32)
    return sound[skip * FS : (skip + seconds) * FS] if len(sound) > (skip + 5) * FS else sound


def colored(rng: Random, count: int, slope: float) -> Signal:
    """Noise of unit power with a 1 / f^slope power spectrum."""
    hz = np.fft.rfftfreq(count, 1 / FS)
    hz[0] = hz[1]
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(count)) * np.maximum(hz, 40) ** (-slope / 2), count)
    unit: Signal = (noise / noise.std()).astype(np.float32)
    return unit

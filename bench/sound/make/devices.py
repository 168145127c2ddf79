"""Devices: frequency response, own noise, clock drift, compression, clipping, WebRTC's processing, Opus."""

import io
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
import scipy.signal
import soxr
import webrtc_noise_gain
from numpy.typing import NDArray

from bench.sound.make.signals import FS, Random, Signal, colored, decode

LEAD_S = 1.0  # before the clip: gain control and noise suppression settle


@dataclass(frozen=True)
class Device:
    """high_pass and low_pass in Hz; ns and agc as WebRTC counts them; opus in bits/s, 0 for none."""

    high_pass: float
    low_pass: float
    eq_db: float
    eq_seed: int
    gain_db: float
    ppm: float
    ns: int
    agc: int
    compressed: bool
    clip_db: float
    at_44100: bool
    opus: int

    def __str__(self) -> str:
        return (
            f"ns{self.ns} agc{self.agc} comp{self.compressed:d} clip{self.clip_db:.0f} lp{self.low_pass:.0f} "
            f"opus{self.opus // 1000} ppm{self.ppm:.0f}"
        )


def random_device(rng: Random, level: int) -> Device:
    """level 0: clean laptop or phone; 1: typical mix; 2: bad. The order of the draws is part of the corpus."""

    def chance(*odds: float) -> bool:
        return bool(rng.random() < odds[level])

    odds = [[0.7, 0.3, 0, 0], [0.45, 0.3, 0.15, 0.1], [0.3, 0.3, 0.2, 0.2]][level]
    low_pass = float(rng.choice([7600, 7000, 5500, 3400], p=odds))
    return Device(
        float(rng.uniform(50, [120, 180, 260][level])),
        low_pass,
        float([4, 6, 8][level]),
        int(rng.integers(2**31)),
        float(rng.uniform(-20, 0)),
        float(rng.uniform(-100, 100)),
        int(rng.integers(1, 4)) if chance(0.1, 0.35, 0.6) else 0,
        int(rng.integers(3, 16)) if chance(0.1, 0.4, 0.6) else 0,
        chance(0.1, 0.3, 0.4),
        float(rng.uniform(0, 9)) if chance(0.0, 0.08, 0.2) else 0.0,
        chance(0.5, 0.5, 0.5),
        int(rng.choice([24, 32, 48, 64])) * 1000 if chance(0.5, 0.6, 0.7) else 0,
    )


def minimum_phase(magnitude: Signal) -> Signal:
    """Impulse response of a half-spectrum's magnitude."""
    count = 2 * (len(magnitude) - 1)
    cepstrum = np.fft.irfft(np.log(np.maximum(magnitude, 1e-5)))
    window = np.zeros(count)
    window[0], window[1 : count // 2], window[count // 2] = 1, 2, 1
    return np.fft.irfft(np.exp(np.fft.rfft(cepstrum * window)))


def response(device: Device) -> Signal:
    """The device's frequency response as taps."""
    rng = np.random.default_rng(device.eq_seed)
    hz = np.fft.rfftfreq(1024, 1 / FS)
    hz[0] = 1
    knots = np.log(np.array([40, 90, 180, 350, 700, 1400, 2800, 5600, 8000.0]))
    drawn = np.clip(rng.normal(0, device.eq_db / 2, len(knots)), -device.eq_db, device.eq_db)
    gain = np.interp(np.log(hz), knots, drawn)
    for _ in range(rng.integers(0, 3)):
        gain = gain + rng.uniform(-6, 6) * np.exp(-0.5 * (np.log2(hz / rng.uniform(300, 6000)) / 0.15) ** 2)
    gain = gain - 10 * np.log10(1 + (device.high_pass / hz) ** 4) - 10 * np.log10(1 + (hz / device.low_pass) ** 16)
    return minimum_phase(10 ** (gain / 20))


def record(rng: Random, device: Device, room_sound: Signal, snr_db: float, start_s: float, clip_s: float) -> Any:
    """What the device makes of the sound at its microphone: int16 samples of clip_s from start_s on."""
    first, count, pad = int((start_s - LEAD_S) * FS), int((clip_s + LEAD_S) * FS), 256
    sound = room_sound[first - pad : first + count + pad]
    sound = scipy.signal.fftconvolve(sound, response(device))[: len(sound)]
    if device.ppm:
        sound = soxr.resample(sound, FS, FS * (1 + device.ppm * 1e-6))
    sound = np.pad(sound, (0, 64))[pad : pad + count]
    power = np.sqrt(np.mean(sound[int(LEAD_S * FS) :] ** 2)) + 1e-9
    slope = rng.uniform(0, 1)
    sound = sound / power + colored(rng, count, slope) * 10 ** (-snr_db / 20)  # electronic and handling noise
    sound = sound * 0.12 * 10 ** (device.gain_db / 20)
    if device.at_44100:
        sound = np.pad(soxr.resample(soxr.resample(sound, FS, 44100), 44100, FS), (0, count))[:count]
    sound = _driven(device, sound).astype(np.float32)
    if device.ns or device.agc:
        sound = webrtc(sound, device.agc, device.ns)
    sound = sound[int(LEAD_S * FS) :]
    if device.opus:
        sound = opus(sound, device.opus)
    return np.clip(np.round(sound * 32767), -32768, 32767).astype(np.int16)


def _driven(device: Device, sound: Signal) -> Signal:
    """Feed-forward compressor, then clipping."""
    count = len(sound)
    if device.compressed:
        blocks = np.sqrt(np.add.reduceat(sound**2, np.arange(0, count, 160)) / 160)
        level = scipy.signal.lfilter([0.02], [1, -0.98], blocks)
        knee = np.median(level) * 0.5 + 1e-6
        gain = np.where(level > knee, (level / knee) ** -0.6, 1.0)
        sound = sound * np.interp(np.arange(count), np.arange(len(gain)) * 160, gain)
    if device.clip_db:
        drive = 10 ** (device.clip_db / 20) / (np.percentile(np.abs(sound), 99.9) + 1e-9)
        sound = np.clip(sound * drive, -0.98, 0.98)
    return sound


def opus(sound: Signal, rate: int) -> Signal:
    """There and back through libopus."""
    buffer = io.BytesIO()
    container = av.open(buffer, "w", format="ogg")
    stream: Any = container.add_stream("libopus", rate=48000)
    stream.bit_rate, stream.layout = rate, "mono"
    steps = np.clip(soxr.resample(sound, FS, 48000) * 32767, -32768, 32767).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(steps[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts = 48000, 0
    for packet in list(stream.encode(frame)) + list(stream.encode(None)):
        container.mux(packet)
    container.close()
    buffer.seek(0)
    back = decode(buffer)
    return np.pad(back, (0, max(0, len(sound) - len(back))))[: len(sound)]


def webrtc(sound: Signal, agc: int, ns: int) -> NDArray[np.float32]:
    """Through the real noise suppression and gain control, 10 ms at a time."""
    processor = webrtc_noise_gain.AudioProcessor(agc, ns)
    steps = np.clip(sound * 32767, -32768, 32767).astype(np.int16)
    count = len(steps) // 160 * 160
    done = b"".join(processor.Process10ms(steps[at : at + 160].tobytes()).audio for at in range(0, count, 160))
    processed = np.frombuffer(done, np.int16).astype(np.float32) / 32768
    return np.pad(processed, (0, len(sound) - count))

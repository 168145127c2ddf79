// The keyed random-phase all-pass filter, the same on every device of a minute. A fingerprint that leaks after its
// minute cannot be turned back into sound without the key, and the key lives in memory only.

import { complexes, multiply } from "./fft.js";
import { ALL_PASS_TAPS } from "./format.js";
import { inverseRealFft, realFft } from "./real-fft.js";

/** @typedef {{start: number, end: number, seed: Uint8Array}} Part waveform samples [start, end), the key of their minute */

const BLOCK_BYTES = 32; // of SHA-256

/** The all-pass as an impulse response of real taps; its first and last spectral lines are 1. @param {Uint8Array} seed */
export async function response(seed) {
  const angles = await phases(seed);
  const lines = complexes(angles.length + 2);
  lines.re.fill(1);
  angles.forEach((angle, k) => {
    lines.re[k + 1] = Math.cos(angle);
    lines.im[k + 1] = Math.sin(angle);
  });
  return inverseRealFft(lines, ALL_PASS_TAPS);
}

/** Angles from the big-endian 16-bit words of SHA-256(seed | 32-bit counter). @param {Uint8Array} seed */
async function phases(seed) {
  const count = ALL_PASS_TAPS / 2 - 1;
  const blocks = Math.ceil((count * 2) / BLOCK_BYTES);
  const digests = await Promise.all(Array.from({ length: blocks }, (_, counter) => block(seed, counter)));
  return Float64Array.from({ length: count }, (_, k) => {
    const word = digests[Math.floor((2 * k) / BLOCK_BYTES)].getUint16((2 * k) % BLOCK_BYTES);
    return word * ((2 * Math.PI) / 65_536);
  });
}

/** @param {Uint8Array} seed @param {number} counter */
async function block(seed, counter) {
  const input = new Uint8Array(seed.length + 4);
  input.set(seed);
  new DataView(input.buffer).setUint32(seed.length, counter);
  return new DataView(await crypto.subtle.digest("SHA-256", input));
}

/**
 * The wave, each part through the all-pass of its own key.
 * @param {Float64Array} wave @param {Part[]} parts @param {number} padded points, at least the wave's and the taps'
 */
export async function scrambled(wave, parts, padded) {
  const total = new Float64Array(wave.length);
  for (const { start, end, seed } of parts) {
    const lines = realFft(
      wave.map((value, i) => (start <= i && i < end ? value : 0)),
      padded,
    );
    multiply(lines, realFft(await response(seed), padded));
    const mixed = inverseRealFft(lines, padded);
    total.forEach((value, i) => {
      total[i] = value + mixed[i];
    });
  }
  return total;
}

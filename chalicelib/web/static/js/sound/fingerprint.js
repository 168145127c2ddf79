// What a device sends of a few seconds of sound: enough to tell whether another device heard the same room, too
// little to be listened to. Format 1 is described in chalicelib/joining/fingerprint.py.

import {
  DURATION_MAX_S,
  DURATION_MIN_S,
  ENVELOPE,
  FRAMES,
  HEADER_BYTES,
  MAGIC,
  PERIOD_MS,
  WAVE,
} from "./format.js";
import { packed } from "./packing.js";
import { quality } from "./quality.js";
import { signature } from "./signature.js";
import { clipSpectrum, framePowers, waveAt } from "./spectrum.js";
import { envelope, soundSamples, waveform } from "./views.js";

/**
 * @typedef {object} Capture
 * @property {Float32Array} samples mono, -1 … 1
 * @property {number} rate samples a second
 * @property {number} recordedAtMs server time of the first sample
 * @property {number} clockErrorMs how far off that may be
 * @property {Processing} processing what the browser did to the sound
 * @property {ClockKey[]} keys of the minutes it was recorded in
 */

const PERIOD_US = PERIOD_MS * 1e3;
const CLOCK_ERROR_MAX_MS = 65_535;
/** @type {Processing[]} */
const PROCESSING = ["off", "on", "unknown"];

/** The fingerprint's bytes, at most 4 096. Of a longer clip the last four seconds count. @param {Capture} capture */
export async function fingerprint(capture) {
  const rate = Math.round(capture.rate);
  if (capture.samples.length < DURATION_MIN_S * rate)
    throw new RangeError("The clip is shorter than one second.");
  const skip = Math.max(0, capture.samples.length - DURATION_MAX_S * rate);
  const samples = capture.samples.subarray(skip);
  const atUs = roundedToEven(capture.recordedAtMs * 1e3 + (skip * 1e6) / rate);
  const count = Math.floor((samples.length * WAVE.hz) / rate);
  const minutes = parts(atUs, count, capture.keys);
  const clip = clipSpectrum(samples, rate);
  const sound = soundOf(samples, rate, clip).subarray(0, soundSamples(count));
  const powers = framePowers(sound);
  return joined([
    header(
      capture,
      atUs,
      minutes.map(part => part.minute),
      count,
    ),
    quality(samples, sound, powers),
    new Uint8Array(5),
    packed(await waveform(clip, count, minutes), WAVE.bits),
    packed(envelope(powers), ENVELOPE.bits),
    signature(powers, atUs, sound.length),
  ]);
}

/** As Python rounds: halves to the even neighbour. @param {number} value */
function roundedToEven(value) {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}

/** The clip at 16 kHz: as it is when it was recorded so, else resampled. @param {Float32Array} samples @param {number} rate @param {import("./spectrum.js").ClipSpectrum} clip */
function soundOf(samples, rate, clip) {
  return rate === FRAMES.hz ? Float64Array.from(samples) : waveAt(clip, FRAMES.hz);
}

/** Each sample goes to the key of its own minute. @param {number} atUs @param {number} count @param {ClockKey[]} keys */
function parts(atUs, count, keys) {
  const lastUs = atUs + Math.floor(((count - 1) * 1e6) / WAVE.hz);
  const found = [];
  for (let minute = Math.floor(atUs / PERIOD_US), start = 0; minute * PERIOD_US <= lastUs; minute++) {
    const key = keys.find(each => each.from_ms === minute * PERIOD_MS);
    if (!key) throw new RangeError("The clip was recorded outside the minutes of the known keys.");
    const end = Math.min(count, Math.ceil((((minute + 1) * PERIOD_US - atUs) * WAVE.hz) / 1e6));
    found.push({ minute, start, end, seed: Uint8Array.from(atob(key.key), letter => letter.charCodeAt(0)) });
    start = end;
  }
  return found;
}

/** Everything before the quality. @param {Capture} capture @param {number} atUs @param {number[]} minutes @param {number} count */
function header({ clockErrorMs, processing }, atUs, minutes, count) {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES - 10));
  MAGIC.forEach((byte, at) => {
    view.setUint8(at, byte);
  });
  view.setBigUint64(4, BigInt(atUs), true);
  view.setUint32(12, minutes[0], true);
  view.setUint8(16, minutes.length);
  view.setUint8(17, PROCESSING.indexOf(processing));
  view.setUint16(18, Math.min(CLOCK_ERROR_MAX_MS, Math.ceil(clockErrorMs)), true);
  view.setUint16(20, count, true);
  return new Uint8Array(view.buffer);
}

/** @param {Uint8Array[]} fields */
function joined(fields) {
  const bytes = new Uint8Array(fields.reduce((size, field) => size + field.length, 0));
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
}

// What is wrong with a clip, in five small numbers: the server uses them only against a match.

import { QUALITY } from "./format.js";
import { deviation, mean, rowsOf } from "./spectrum.js";

/** @typedef {import("./spectrum.js").Matrix} Matrix */

/**
 * dB below full scale, clipped share, tonal share, swing in tenths of a dB, share of gaps; shares of 255.
 * @param {Float32Array} samples as recorded @param {Float64Array} sound the same at 16 kHz @param {Matrix} powers its frames'
 */
export function quality(samples, sound, powers) {
  const rms = Math.sqrt(mean(sound.map(value => value * value)));
  const { mean: spectrum, levels } = overLinesAndFrames(powers);
  const floor = Math.max(...levels) - QUALITY.gapDb;
  const gaps = levels.filter(level => level < floor).length;
  return Uint8Array.of(
    small(-20 * Math.log10(rms + 1e-13)),
    small((255 * clippedOf(samples)) / samples.length),
    small(255 * tonal(spectrum)),
    small(10 * deviation(levels)),
    small((255 * gaps) / levels.length),
  );
}

/** @param {number} value */
const small = value => Math.min(255, Math.max(0, Math.floor(value + 0.5)));

/** @param {Float32Array} samples */
function clippedOf(samples) {
  let count = 0;
  for (let i = 0; i < samples.length; i++) if (Math.abs(samples[i]) >= QUALITY.clippedAt) count++;
  return count;
}

/** The mean spectrum, and each frame's level in dB. @param {Matrix} powers */
function overLinesAndFrames(powers) {
  const frames = rowsOf(powers);
  const levels = new Float64Array(frames);
  const spectrum = new Float64Array(powers.columns);
  for (let frame = 0, at = 0; frame < frames; frame++) {
    for (let line = 0; line < powers.columns; line++, at++) {
      levels[frame] += powers.values[at];
      spectrum[line] += powers.values[at] / frames;
    }
  }
  return { mean: spectrum, levels: levels.map(level => 10 * Math.log10(level + 1e-20)) };
}

/** Share of the power in the strongest lines and their neighbours. @param {Float64Array} spectrum */
function tonal(spectrum) {
  const rest = spectrum.slice();
  for (let tone = 0; tone < QUALITY.tones; tone++) {
    const peak = rest.indexOf(Math.max(...rest));
    rest.fill(0, Math.max(0, peak - QUALITY.linesATone), peak + QUALITY.linesATone + 1);
  }
  const total = mean(spectrum) * spectrum.length;
  return (total - mean(rest) * rest.length) / (total + 1e-30);
}

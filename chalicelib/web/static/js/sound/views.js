// The two fine views of a clip that a full comparison uses: its scrambled waveform and its envelope.

import { scrambled } from "./all-pass.js";
import { ENVELOPE, FRAMES, WAVE } from "./format.js";
import {
  deviation,
  logEnergies,
  mean,
  melFilters,
  mirrored,
  movingMean,
  rowsOf,
  waveAt,
} from "./spectrum.js";

/** @typedef {import("./spectrum.js").Matrix} Matrix */
/** @typedef {import("./spectrum.js").ClipSpectrum} ClipSpectrum */

const filters = melFilters(ENVELOPE);
const kernel = riseAndFall();

/**
 * `count` steps 0 … 4: 60–1 200 Hz, whitened, flattened, scrambled, quantised.
 * @param {ClipSpectrum} clip @param {number} count @param {import("./all-pass.js").Part[]} parts
 */
export async function waveform(clip, count, parts) {
  const wave = waveAt(clip, WAVE.hz, whitening(clip)).slice(0, count);
  const mixed = await scrambled(flattened(wave), parts, clip.seconds * WAVE.hz);
  const step = deviation(mixed) * WAVE.step + 1e-30;
  return Uint8Array.from(mixed, value => {
    const level = Math.floor(value / step + 0.5);
    return Math.min(WAVE.max, Math.max(-WAVE.max, level)) + WAVE.max;
  });
}

/** Gain of each line below half the waveform's rate. @param {ClipSpectrum} clip */
function whitening({ lines, seconds }) {
  const power = new Float64Array(Math.min(lines.re.length, (WAVE.hz / 2) * seconds));
  for (let k = 0; k < power.length; k++) power[k] = lines.re[k] ** 2 + lines.im[k] ** 2;
  const base = 1e-4 * mean(power);
  return movingMean(power, WAVE.whitenHz * seconds + 1).map((around, k) => {
    const hz = Math.max(k / seconds, 1);
    return 1 / (Math.sqrt(around + base + 1e-30) * (1 + (WAVE.lowHz / hz) ** 8));
  });
}

/** @param {Float64Array} wave */
function flattened(wave) {
  const around = movingMean(
    wave.map(value => value * value),
    WAVE.flattenSamples,
  );
  const base = 0.1 * deviation(wave);
  return wave.map((value, i) => value / (Math.sqrt(around[i]) + base + 1e-30));
}

/** Rows x bands: how the log bands rise and fall, band-passed in time (1–8 Hz). @param {Matrix} powers */
export const moving = powers => bandPassed(logEnergies(powers, filters));

/** Steps 0 … 5, rows x bands: `moving` less what neighbours share. @param {Matrix} rows */
export function envelope(rows) {
  const own = lessNeighbours(rows);
  const sizes = filters.map((_, band) => rootMeanSquare(own, band) + 0.05); // a band without movement stays near zero
  return Uint8Array.from(own.values, (value, at) => {
    const step = Math.floor(value / sizes[at % own.columns] / ENVELOPE.step + 0.5);
    return Math.min(ENVELOPE.max, Math.max(ENVELOPE.min, step)) - ENVELOPE.min;
  });
}

/** Every second frame, filtered over the frames around it. @param {Matrix} logs @returns {Matrix} */
function bandPassed({ values, columns }) {
  const frames = values.length / columns;
  const moving = new Float64Array(Math.ceil(frames / ENVELOPE.every) * columns);
  for (let at = 0; at < moving.length; at += columns) {
    const centre = (at / columns) * ENVELOPE.every;
    for (let tap = 0; tap < kernel.length; tap++) {
      const from = mirrored(centre + tap - ENVELOPE.margin, frames) * columns;
      for (let band = 0; band < columns; band++) moving[at + band] += values[from + band] * kernel[tap];
    }
  }
  return { values: moving, columns };
}

/** Difference of two Gaussians of unit sum. */
function riseAndFall() {
  const places = Array.from({ length: 2 * ENVELOPE.margin + 1 }, (_, i) => i - ENVELOPE.margin);
  const narrow = gaussian(places, ENVELOPE.riseFrames);
  const wide = gaussian(places, ENVELOPE.fallFrames);
  return Float64Array.from(narrow, (value, i) => value - wide[i]);
}

/** @param {number[]} places @param {number} width */
function gaussian(places, width) {
  const values = places.map(place => Math.exp(-0.5 * (place / width) ** 2));
  const sum = values.reduce((total, value) => total + value);
  return values.map(value => value / sum);
}

/** Less the mean over neighbouring bands, the edges mirrored. @param {Matrix} moving @returns {Matrix} */
function lessNeighbours({ values, columns }) {
  const half = (ENVELOPE.neighbours - 1) / 2;
  const less = values.map((value, at) => {
    const band = at % columns;
    let sum = 0;
    for (let near = band - half; near <= band + half; near++)
      sum += values[at - band + mirrored(near, columns)];
    return value - sum / ENVELOPE.neighbours;
  });
  return { values: less, columns };
}

/** @param {Matrix} matrix @param {number} band */
export function rootMeanSquare(matrix, band) {
  let sum = 0;
  for (let at = band; at < matrix.values.length; at += matrix.columns) sum += matrix.values[at] ** 2;
  return Math.sqrt(sum / rowsOf(matrix));
}

/** Samples at 16 kHz that go with so many waveform samples. @param {number} count */
export function soundSamples(count) {
  return Math.floor((count * FRAMES.hz) / WAVE.hz);
}

// Small signal tools, each the exact counterpart of the server's (chalicelib/joining/spectrum.py). Matrices are flat,
// row after row.

import { complexes } from "./fft.js";
import { FRAMES } from "./format.js";
import { inverseRealFft, realFft } from "./real-fft.js";

/** @typedef {import("./butterflies.js").Complexes} Complexes */
/** @typedef {{lines: Complexes, seconds: number}} ClipSpectrum line k lies at k / seconds Hz at every sample rate */
/** @typedef {{values: Float64Array, columns: number}} Matrix */
/** @typedef {{first: number, weights: Float64Array}} Filter */

/** @param {Matrix} matrix */
export const rowsOf = ({ values, columns }) => values.length / columns;

/** The clip padded with zeros to whole seconds, at least one of them empty. @param {Float32Array} samples @param {number} rate @returns {ClipSpectrum} */
export function clipSpectrum(samples, rate) {
  const seconds = Math.ceil(samples.length / rate) + 1;
  const lines = realFft(samples, seconds * rate);
  for (let k = 0; k < lines.re.length; k++) {
    lines.re[k] /= rate;
    lines.im[k] /= rate;
  }
  return { lines, seconds };
}

/**
 * The clip at `rate` Hz, seconds * rate samples: its lines below rate / 2 times the gain.
 * @param {ClipSpectrum} clip @param {number} rate @param {Float64Array} [gain]
 */
export function waveAt({ lines, seconds }, rate, gain) {
  const half = (seconds * rate) / 2;
  const kept = complexes(half + 1);
  const count = Math.min(lines.re.length, half, gain?.length ?? half);
  for (let k = 0; k < count; k++) {
    const factor = gain ? gain[k] : 1;
    kept.re[k] = lines.re[k] * rate * factor;
    kept.im[k] = lines.im[k] * rate * factor;
  }
  return inverseRealFft(kept, seconds * rate);
}

/** Centred mean over `width` (odd) rows; at the edges over those that exist. @param {Float64Array} values @param {number} width @param {number} [columns] */
export function movingMean(values, width, columns = 1) {
  const rows = values.length / columns;
  const half = (width - 1) / 2;
  const sums = runningSums({ values, columns });
  const means = new Float64Array(values.length);
  for (let row = 0, at = 0; row < rows; row++) {
    const low = Math.max(row - half, 0);
    const high = Math.min(row + half + 1, rows);
    for (let c = 0; c < columns; c++, at++) {
      means[at] = (sums[high * columns + c] - sums[low * columns + c]) / (high - low);
    }
  }
  return means;
}

/** Row r: the sum of the rows before r. @param {Matrix} matrix */
export function runningSums({ values, columns }) {
  const sums = new Float64Array(values.length + columns);
  for (let at = 0; at < values.length; at++) sums[at + columns] = sums[at] + values[at];
  return sums;
}

/** Where a row outside 0 … count - 1 is reflected to: … b a | a b … y z | z y … @param {number} row @param {number} count */
export function mirrored(row, count) {
  const turn = ((row % (2 * count)) + 2 * count) % (2 * count);
  return turn < count ? turn : 2 * count - 1 - turn;
}

/** @param {ArrayLike<number>} values */
export function mean(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Standard deviation. @param {Float64Array} values */
export function deviation(values) {
  const middle = mean(values);
  return Math.sqrt(mean(values.map(value => (value - middle) ** 2)));
}

const window = Float64Array.from(
  { length: FRAMES.length },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (FRAMES.length - 1)),
);

/** Power spectra of Hann-windowed frames: frames x (length / 2 + 1). @param {Float64Array} sound @returns {Matrix} */
export function framePowers(sound) {
  const { length, hop } = FRAMES;
  const columns = length / 2 + 1;
  const values = new Float64Array((Math.floor((sound.length - length) / hop) + 1) * columns);
  const frame = new Float64Array(length);
  const lines = complexes(columns);
  for (let start = 0, at = 0; at < values.length; start += hop) {
    for (let i = 0; i < length; i++) frame[i] = sound[start + i] * window[i];
    realFft(frame, length, lines);
    for (let k = 0; k < columns; k++, at++) values[at] = lines.re[k] ** 2 + lines.im[k] ** 2;
  }
  return { values, columns };
}

/**
 * Triangles equally spaced in log(1 + f / 700), each from its first line above zero.
 * @param {{bands: number, lowHz: number, highHz: number}} layout @returns {Filter[]}
 */
export function melFilters({ bands, lowHz, highHz }) {
  const low = Math.log1p(lowHz / 700);
  const step = (Math.log1p(highHz / 700) - low) / (bands + 1);
  const edges = Array.from({ length: bands + 2 }, (_, i) => 700 * Math.expm1(low + i * step));
  return Array.from({ length: bands }, (_, band) => triangle(edges.slice(band, band + 3)));
}

/** @param {number[]} edges low, middle, high in Hz */
function triangle([low, middle, high]) {
  const line = FRAMES.hz / FRAMES.length;
  const first = Math.ceil(low / line);
  const weights = new Float64Array(Math.max(0, Math.floor(high / line) - first + 1));
  for (let i = 0; i < weights.length; i++) {
    const hz = (first + i) * line;
    weights[i] = Math.max(0, Math.min((hz - low) / (middle - low), (high - hz) / (high - middle)));
  }
  return { first, weights };
}

/** Log band energies above each band's own floor: frames x bands. @param {Matrix} powers @param {Filter[]} filters @returns {Matrix} */
export function logEnergies(powers, filters) {
  const energies = bandEnergies(powers, filters);
  const { values, columns } = energies;
  const base = 1e-4 * mean(values) + 1e-12;
  const floors = filters.map((_, band) => floorOf(energies, band));
  return { columns, values: values.map((energy, at) => Math.log(energy + floors[at % columns] + base)) };
}

/** @param {Matrix} powers @param {Filter[]} filters @returns {Matrix} */
function bandEnergies(powers, filters) {
  const columns = filters.length;
  const values = new Float64Array(rowsOf(powers) * columns);
  for (let at = 0; at < values.length; at++) {
    const { first, weights } = filters[at % columns];
    const start = Math.floor(at / columns) * powers.columns + first;
    for (let i = 0; i < weights.length; i++) values[at] += powers.values[start + i] * weights[i];
  }
  return { values, columns };
}

/** @param {Matrix} energies @param {number} band */
function floorOf(energies, band) {
  const frames = rowsOf(energies);
  const own = Float64Array.from(
    { length: frames },
    (_, row) => energies.values[row * energies.columns + band],
  );
  return own.sort()[Math.floor(FRAMES.floorShare * (frames - 1))];
}

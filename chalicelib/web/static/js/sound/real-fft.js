// Transforms of real values: an even length costs a complex transform of half of it.

import { complexes, inverse, roots, transform } from "./fft.js";

/** @typedef {import("./butterflies.js").Complexes} Complexes */

/** @type {Map<number, import("./butterflies.js").Roots>} */
const tables = new Map();

/** @param {number} n angles 2 pi k / n up to a quarter turn */
function quarter(n) {
  const table = tables.get(n) ?? roots(n, Math.floor(n / 4) + 1);
  tables.set(n, table);
  return table;
}

/**
 * Lines 0 … n / 2 of `values` filled up with zeros to n points.
 * @param {ArrayLike<number>} values at most n @param {number} n @param {Complexes} [into] of floor(n / 2) + 1 lines
 */
export function realFft(values, n, into = complexes(Math.floor(n / 2) + 1)) {
  if (n % 2) return oddRealFft(values, n, into);
  const half = n / 2;
  const { re, im } = into;
  re.fill(0);
  im.fill(0);
  for (let i = 0; i < values.length; i++) (i % 2 ? im : re)[i >> 1] = values[i];
  transform(half).inPlace({ re: re.subarray(0, half), im: im.subarray(0, half) });
  untangle(into, half, n);
  return into;
}

/** @param {ArrayLike<number>} values @param {number} n @param {Complexes} into */
function oddRealFft(values, n, into) {
  const all = complexes(n);
  all.re.set(values);
  transform(n).inPlace(all);
  into.re.set(all.re.subarray(0, into.re.length));
  into.im.set(all.im.subarray(0, into.im.length));
  return into;
}

/** From the transform of even values + i odd values to that of the values. @param {Complexes} lines @param {number} half @param {number} n */
function untangle({ re, im }, half, n) {
  const { cos, sin } = quarter(n);
  re[half] = re[0] - im[0];
  re[0] += im[0];
  im[0] = im[half] = 0;
  for (let k = 1, l = half - 1; k <= l; k++, l--) {
    const er = (re[k] + re[l]) / 2;
    const ei = (im[k] - im[l]) / 2;
    const dr = (im[k] + im[l]) / 2; // the difference over 2i: the odd values' line
    const di = (re[l] - re[k]) / 2;
    const tr = dr * cos[k] + di * sin[k];
    const ti = di * cos[k] - dr * sin[k];
    re[k] = er + tr;
    im[k] = ei + ti;
    re[l] = er - tr;
    im[l] = ti - ei;
  }
}

/**
 * The n real values (n even) whose lines 0 … n / 2 these are; overwrites the lines.
 * @param {Complexes} lines @param {number} n
 */
export function inverseRealFft(lines, n) {
  const half = n / 2;
  tangle(lines, half, n);
  const re = lines.re.subarray(0, half);
  const im = lines.im.subarray(0, half);
  inverse(transform(half), { re, im });
  const values = new Float64Array(n);
  for (let i = 0; i < half; i++) {
    values[2 * i] = re[i] / half;
    values[2 * i + 1] = im[i] / half;
  }
  return values;
}

/** The way back of `untangle`. @param {Complexes} lines @param {number} half @param {number} n */
function tangle({ re, im }, half, n) {
  const { cos, sin } = quarter(n);
  const first = re[0];
  re[0] = (first + re[half]) / 2;
  im[0] = (first - re[half]) / 2;
  for (let k = 1, l = half - 1; k <= l; k++, l--) {
    const er = (re[k] + re[l]) / 2;
    const ei = (im[k] - im[l]) / 2;
    const tr = (re[k] - re[l]) / 2;
    const ti = (im[k] + im[l]) / 2;
    const dr = tr * cos[k] - ti * sin[k];
    const di = ti * cos[k] + tr * sin[k];
    re[k] = er - di;
    im[k] = ei + dr;
    re[l] = er + di;
    im[l] = dr - ei;
  }
}

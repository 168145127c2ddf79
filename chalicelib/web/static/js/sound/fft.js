// Discrete Fourier transforms in double precision, of any length: mixed radix where the prime factors are small,
// Bluestein's algorithm otherwise. Plans are kept: a device asks for the same few lengths again and again.

import { passOf } from "./butterflies.js";

/** @typedef {import("./butterflies.js").Complexes} Complexes */
/** @typedef {{inPlace: (data: Complexes) => void}} Transform forward, unscaled */

const PRIME_MAX = 31; // above, Bluestein is quicker

/** @param {number} length @returns {Complexes} */
export function complexes(length) {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

/** @param {number} n @param {number} [count] cosines and sines of 2 pi k / n for k below count */
export function roots(n, count = n) {
  const cos = new Float64Array(count);
  const sin = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const angle = (2 * Math.PI * k) / n;
    cos[k] = Math.cos(angle);
    sin[k] = Math.sin(angle);
  }
  return { cos, sin };
}

/** @param {number} n @returns {number[]} fours first, then primes */
export function radices(n) {
  const found = [];
  for (let radix = 4, rest = n; rest > 1; radix = radix === 4 ? 2 : radix === 2 ? 3 : radix + 2) {
    for (; rest % radix === 0; rest /= radix) found.push(radix);
  }
  return found;
}

/** @implements {Transform} */
class MixedRadix {
  /** @param {number} n @param {number[]} factors */
  constructor(n, factors) {
    this.#n = n;
    this.#factors = factors;
    this.#passes = new Map(factors.map(radix => [radix, passOf(radix)]));
    this.#roots = roots(n);
    this.#other = complexes(n);
  }

  #n;
  #factors;
  #passes;
  #roots;
  #other;

  /** @param {Complexes} data */
  inPlace(data) {
    let [from, to] = [data, this.#other];
    let stride = 1;
    for (const radix of this.#factors) {
      this.#passes.get(radix)?.(from, to, this.#n / radix / stride, stride, this.#roots);
      stride *= radix;
      [from, to] = [to, from];
    }
    if (from === data) return;
    data.re.set(from.re);
    data.im.set(from.im);
  }
}

/** A transform of n points as a convolution with a chirp. Bluestein 1970. @implements {Transform} */
class Bluestein {
  /** @param {number} n */
  constructor(n) {
    this.#n = n;
    this.#size = 2 ** Math.ceil(Math.log2(2 * n));
    this.#chirp = roots(2 * n);
    this.#inner = transform(this.#size);
    this.#filter = complexes(this.#size);
    this.#work = complexes(this.#size);
    for (let k = 0; k < n; k++) this.#setFilter(k);
    this.#inner.inPlace(this.#filter);
  }

  #n;
  #size;
  #chirp;
  #inner;
  #filter;
  #work;

  /** @param {number} k */
  #setFilter(k) {
    const turn = (k * k) % (2 * this.#n);
    for (const at of [k, (this.#size - k) % this.#size]) {
      this.#filter.re[at] = this.#chirp.cos[turn];
      this.#filter.im[at] = this.#chirp.sin[turn];
    }
  }

  /** @param {Complexes} data */
  inPlace(data) {
    const work = this.#work;
    work.re.fill(0);
    work.im.fill(0);
    this.#chirped(data, work, 1);
    this.#inner.inPlace(work);
    multiply(work, this.#filter);
    inverse(this.#inner, work);
    this.#chirped(work, data, 1 / this.#size);
  }

  /** Each of the n points times its conjugate chirp. @param {Complexes} from @param {Complexes} to @param {number} scale */
  #chirped(from, to, scale) {
    for (let k = 0; k < this.#n; k++) {
      const turn = (k * k) % (2 * this.#n);
      const wr = this.#chirp.cos[turn] * scale;
      const wi = this.#chirp.sin[turn] * scale;
      const re = from.re[k] * wr + from.im[k] * wi;
      to.im[k] = from.im[k] * wr - from.re[k] * wi;
      to.re[k] = re;
    }
  }
}

/** Each value of `data` times that of `by`. @param {Complexes} data @param {Complexes} by */
export function multiply(data, by) {
  for (let k = 0; k < data.re.length; k++) {
    const re = data.re[k] * by.re[k] - data.im[k] * by.im[k];
    data.im[k] = data.re[k] * by.im[k] + data.im[k] * by.re[k];
    data.re[k] = re;
  }
}

/** Backward, unscaled. @param {Transform} plan @param {Complexes} data */
export function inverse(plan, { re, im }) {
  plan.inPlace({ re: im, im: re });
}

/** @type {Map<number, Transform>} */
const plans = new Map();

/** The plan for n points. @param {number} n @returns {Transform} */
export function transform(n) {
  const known = plans.get(n);
  if (known) return known;
  const factors = radices(n);
  const plan = Math.max(1, ...factors) > PRIME_MAX ? new Bluestein(n) : new MixedRadix(n, factors);
  plans.set(n, plan);
  return plan;
}

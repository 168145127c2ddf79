// The passes of a self-sorting (Stockham) mixed-radix transform. Each takes n points, as `radix` runs of m with
// `stride` transforms interleaved, one step further. Bodies are written out: this is where the time goes.

/** @typedef {{re: Float64Array, im: Float64Array}} Complexes */
/** @typedef {{cos: Float64Array, sin: Float64Array}} Roots of the angles 2 pi k / n for every k below n */
/** @typedef {(from: Complexes, to: Complexes, m: number, stride: number, roots: Roots) => void} Pass */

/** @type {Pass} */
function pass2({ re, im }, { re: outRe, im: outIm }, m, stride, { cos, sin }) {
  const step = m * stride;
  for (let p = 0, i = 0; p < m; p++) {
    const wr = cos[p * stride];
    const wi = sin[p * stride];
    for (let q = 0, o = 2 * p * stride; q < stride; q++, i++, o++) {
      const dr = re[i] - re[i + step];
      const di = im[i] - im[i + step];
      outRe[o] = re[i] + re[i + step];
      outIm[o] = im[i] + im[i + step];
      outRe[o + stride] = dr * wr + di * wi;
      outIm[o + stride] = di * wr - dr * wi;
    }
  }
}

/** @type {Pass} */
function pass4({ re, im }, { re: outRe, im: outIm }, m, stride, { cos, sin }) {
  const step = m * stride;
  for (let p = 0, i = 0; p < m; p++) {
    const turn = p * stride;
    const wr1 = cos[turn];
    const wi1 = sin[turn];
    const wr2 = cos[2 * turn];
    const wi2 = sin[2 * turn];
    const wr3 = cos[3 * turn];
    const wi3 = sin[3 * turn];
    for (let q = 0, o = 4 * turn; q < stride; q++, i++, o++) {
      const ar = re[i] + re[i + 2 * step];
      const ai = im[i] + im[i + 2 * step];
      const br = re[i] - re[i + 2 * step];
      const bi = im[i] - im[i + 2 * step];
      const cr = re[i + step] + re[i + 3 * step];
      const ci = im[i + step] + im[i + 3 * step];
      const dr = im[i + step] - im[i + 3 * step]; // the difference times -i
      const di = re[i + 3 * step] - re[i + step];
      outRe[o] = ar + cr;
      outIm[o] = ai + ci;
      outRe[o + stride] = (br + dr) * wr1 + (bi + di) * wi1;
      outIm[o + stride] = (bi + di) * wr1 - (br + dr) * wi1;
      outRe[o + 2 * stride] = (ar - cr) * wr2 + (ai - ci) * wi2;
      outIm[o + 2 * stride] = (ai - ci) * wr2 - (ar - cr) * wi2;
      outRe[o + 3 * stride] = (br - dr) * wr3 + (bi - di) * wi3;
      outIm[o + 3 * stride] = (bi - di) * wr3 - (br - dr) * wi3;
    }
  }
}

/** @type {Pass} */
function pass3({ re, im }, { re: outRe, im: outIm }, m, stride, { cos, sin }) {
  const step = m * stride;
  const height = Math.sin(Math.PI / 3);
  for (let p = 0, i = 0; p < m; p++) {
    const turn = p * stride;
    const wr1 = cos[turn];
    const wi1 = sin[turn];
    const wr2 = cos[2 * turn];
    const wi2 = sin[2 * turn];
    for (let q = 0, o = 3 * turn; q < stride; q++, i++, o++) {
      const sr = re[i + step] + re[i + 2 * step];
      const si = im[i + step] + im[i + 2 * step];
      const ar = re[i] - sr / 2;
      const ai = im[i] - si / 2;
      const br = (im[i + step] - im[i + 2 * step]) * height; // the difference times -i
      const bi = (re[i + 2 * step] - re[i + step]) * height;
      outRe[o] = re[i] + sr;
      outIm[o] = im[i] + si;
      outRe[o + stride] = (ar + br) * wr1 + (ai + bi) * wi1;
      outIm[o + stride] = (ai + bi) * wr1 - (ar + br) * wi1;
      outRe[o + 2 * stride] = (ar - br) * wr2 + (ai - bi) * wi2;
      outIm[o + 2 * stride] = (ai - bi) * wr2 - (ar - br) * wi2;
    }
  }
}

const FIFTH = (2 * Math.PI) / 5;
const [C1, C2, S1, S2] = [Math.cos(FIFTH), Math.cos(2 * FIFTH), Math.sin(FIFTH), Math.sin(2 * FIFTH)];

/** @type {Pass} */
function pass5({ re, im }, { re: outRe, im: outIm }, m, stride, { cos, sin }) {
  const step = m * stride;
  for (let p = 0, i = 0; p < m; p++) {
    const turn = p * stride;
    for (let q = 0, o = 5 * turn; q < stride; q++, i++, o++) {
      const sr1 = re[i + step] + re[i + 4 * step];
      const si1 = im[i + step] + im[i + 4 * step];
      const dr1 = re[i + step] - re[i + 4 * step];
      const di1 = im[i + step] - im[i + 4 * step];
      const sr2 = re[i + 2 * step] + re[i + 3 * step];
      const si2 = im[i + 2 * step] + im[i + 3 * step];
      const dr2 = re[i + 2 * step] - re[i + 3 * step];
      const di2 = im[i + 2 * step] - im[i + 3 * step];
      const ar = re[i] + C1 * sr1 + C2 * sr2;
      const ai = im[i] + C1 * si1 + C2 * si2;
      const br = re[i] + C2 * sr1 + C1 * sr2;
      const bi = im[i] + C2 * si1 + C1 * si2;
      const cr = S1 * di1 + S2 * di2; // the differences times -i
      const ci = -S1 * dr1 - S2 * dr2;
      const er = S2 * di1 - S1 * di2;
      const ei = S1 * dr2 - S2 * dr1;
      outRe[o] = re[i] + sr1 + sr2;
      outIm[o] = im[i] + si1 + si2;
      outRe[o + stride] = (ar + cr) * cos[turn] + (ai + ci) * sin[turn];
      outIm[o + stride] = (ai + ci) * cos[turn] - (ar + cr) * sin[turn];
      outRe[o + 2 * stride] = (br + er) * cos[2 * turn] + (bi + ei) * sin[2 * turn];
      outIm[o + 2 * stride] = (bi + ei) * cos[2 * turn] - (br + er) * sin[2 * turn];
      outRe[o + 3 * stride] = (br - er) * cos[3 * turn] + (bi - ei) * sin[3 * turn];
      outIm[o + 3 * stride] = (bi - ei) * cos[3 * turn] - (br - er) * sin[3 * turn];
      outRe[o + 4 * stride] = (ar - cr) * cos[4 * turn] + (ai - ci) * sin[4 * turn];
      outIm[o + 4 * stride] = (ai - ci) * cos[4 * turn] - (ar - cr) * sin[4 * turn];
    }
  }
}

/**
 * For an odd radix: outputs j and radix - j share their sums, inputs k and radix - k their factors.
 * @param {number} radix @returns {Pass}
 */
function oddPass(radix) {
  const half = (radix - 1) / 2;
  const cosines = Float64Array.from({ length: radix }, (_, k) => Math.cos((2 * Math.PI * k) / radix));
  const sines = Float64Array.from({ length: radix }, (_, k) => Math.sin((2 * Math.PI * k) / radix));
  const [sumRe, sumIm, lessRe, lessIm] = Array.from({ length: 4 }, () => new Float64Array(half + 1));

  return ({ re, im }, { re: outRe, im: outIm }, m, stride, { cos, sin }) => {
    const step = m * stride;
    for (let p = 0, i = 0; p < m; p++) {
      const turn = p * stride;
      for (let q = 0; q < stride; q++, i++) {
        let totalRe = re[i];
        let totalIm = im[i];
        for (let k = 1; k <= half; k++) {
          const near = i + k * step;
          const far = i + (radix - k) * step;
          sumRe[k] = re[near] + re[far];
          sumIm[k] = im[near] + im[far];
          lessRe[k] = re[near] - re[far];
          lessIm[k] = im[near] - im[far];
          totalRe += sumRe[k];
          totalIm += sumIm[k];
        }
        const o = radix * turn + q;
        outRe[o] = totalRe;
        outIm[o] = totalIm;
        for (let j = 1; j <= half; j++) {
          let ar = re[i];
          let ai = im[i];
          let br = 0;
          let bi = 0;
          for (let k = 1, at = j; k <= half; k++) {
            ar += sumRe[k] * cosines[at];
            ai += sumIm[k] * cosines[at];
            br += lessIm[k] * sines[at]; // the differences times -i sine
            bi -= lessRe[k] * sines[at];
            at = at + j < radix ? at + j : at + j - radix;
          }
          const near = j * turn;
          const far = (radix - j) * turn;
          outRe[o + j * stride] = (ar + br) * cos[near] + (ai + bi) * sin[near];
          outIm[o + j * stride] = (ai + bi) * cos[near] - (ar + br) * sin[near];
          outRe[o + (radix - j) * stride] = (ar - br) * cos[far] + (ai - bi) * sin[far];
          outIm[o + (radix - j) * stride] = (ai - bi) * cos[far] - (ar - br) * sin[far];
        }
      }
    }
  };
}

/** @type {Record<number, Pass>} */
const WRITTEN = { 2: pass2, 3: pass3, 4: pass4, 5: pass5 };

/** @param {number} radix 4 or a prime @returns {Pass} */
export const passOf = radix => WRITTEN[radix] ?? oddPass(radix);

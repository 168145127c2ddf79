// The passes of a self-sorting (Stockham) mixed-radix transform. Each takes n points, as `radix` runs of m with
// `stride` transforms interleaved, one step further. Bodies are written out: this is where the time goes.

/** @typedef {{re: Float64Array, im: Float64Array}} Complexes */
/** @typedef {{cos: Float64Array, sin: Float64Array}} Roots of the angles 2 pi k / n for every k below n */
/** @typedef {(from: Complexes, to: Complexes, m: number, stride: number, roots: Roots) => void} Pass */

/** @type {Pass} */
export function pass2({ re, im }, { re: outRe, im: outIm }, m, stride, { cos, sin }) {
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
export function pass4({ re, im }, { re: outRe, im: outIm }, m, stride, { cos, sin }) {
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

/**
 * For an odd radix: outputs j and radix - j share their sums, inputs k and radix - k their factors.
 * @param {number} radix @returns {Pass}
 */
export function oddPass(radix) {
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

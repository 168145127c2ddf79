// The coarse signature, by which the server finds out which of thousands of clips are worth a full comparison: for
// each 80 ms slot of its clock one word, in which bands the sound is louder than in the second around it.

import { FRAMES, SIGNATURE } from "./format.js";
import { logEnergies, melFilters, movingMean, runningSums } from "./spectrum.js";

/** @typedef {import("./spectrum.js").Matrix} Matrix */

const filters = melFilters(SIGNATURE);
const BEFORE_CENTRE_US = ((FRAMES.length / 2) * 1e6) / FRAMES.hz;

/** Index of the first slot that begins after the centre of the clip's first frame. @param {number} atUs */
const firstSlot = atUs => Math.ceil((atUs + BEFORE_CENTRE_US) / SIGNATURE.slotUs);

/** How many whole slots the frames of a clip cover. @param {number} atUs @param {number} samples at 16 kHz */
function slots(atUs, samples) {
  const frames = Math.floor((samples - FRAMES.length) / FRAMES.hop) + 1;
  const lastUs = Math.floor(((FRAMES.length / 2 + (frames - 1) * FRAMES.hop) * 1e6) / FRAMES.hz);
  return Math.max(0, Math.floor((atUs + lastUs) / SIGNATURE.slotUs) - firstSlot(atUs));
}

/** First frame centred at or after an instant of the clip. @param {number} sinceUs */
function frameAt(sinceUs) {
  return Math.ceil((Math.floor((sinceUs * FRAMES.hz) / 1e6) - FRAMES.length / 2) / FRAMES.hop);
}

/**
 * Big-endian words, bit 31 the lowest band.
 * @param {Matrix} powers @param {number} atUs server time of the first sample @param {number} samples at 16 kHz
 */
export function signature(powers, atUs, samples) {
  const count = slots(atUs, samples);
  const starts = Array.from({ length: count + 1 }, (_, slot) =>
    frameAt((firstSlot(atUs) + slot) * SIGNATURE.slotUs - atUs),
  );
  const means = slotMeans(logEnergies(powers, filters), starts);
  const moving = less(means, movingMean(means, SIGNATURE.around, SIGNATURE.bands));
  const bits = new Uint8Array(means.length / 8);
  ownOf(moving).forEach((value, at) => {
    if (value > 1e-6) bits[at >> 3] |= 0x80 >> (at & 7);
  });
  return bits;
}

/** @param {Float64Array} values @param {Float64Array} others */
const less = (values, others) => values.map((value, at) => value - others[at]);

/** Less what the stretch of bands around does. @param {Float64Array} moving slots x bands */
function ownOf(moving) {
  const own = new Float64Array(moving.length);
  for (let at = 0; at < moving.length; at += SIGNATURE.bands) {
    const slot = moving.subarray(at, at + SIGNATURE.bands);
    own.set(less(slot, movingMean(slot, SIGNATURE.across)), at);
  }
  return own;
}

/** Mean of the frames of each slot. @param {Matrix} logs @param {number[]} starts one more than there are slots */
function slotMeans(logs, starts) {
  const { columns } = logs;
  const sums = runningSums(logs);
  const means = new Float64Array((starts.length - 1) * columns);
  for (let at = 0; at < means.length; at++) {
    const slot = Math.floor(at / columns);
    const [from, to] = [starts[slot], starts[slot + 1]];
    const band = at % columns;
    means[at] = (sums[to * columns + band] - sums[from * columns + band]) / (to - from);
  }
  return means;
}

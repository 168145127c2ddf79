// When clips begin and end, on the server's clock (ms). Everyone who listens at one moment sends the same
// seconds, because clips end where the common grid says and not where somebody clicked.

export const CLIP_MS = 4_000;
export const STEP_MS = 2_000;
export const SHORTEST_MS = 2_500;

/** @param {number} time @param {number} step */
const ceilTo = (time, step) => Math.ceil(time / step) * step;

/**
 * The first clip: as early as it can be, ends on the grid, two and a half to four seconds long.
 * @param {number} soundFrom @returns {{from: number, to: number}}
 */
export function firstClip(soundFrom) {
  const to = ceilTo(soundFrom + SHORTEST_MS, STEP_MS);
  return { from: Math.max(soundFrom, to - CLIP_MS), to };
}

/**
 * The clip after one that ended at `end`: four seconds from the grid. It may share two seconds with the first,
 * which brings everybody onto the same four-second beat.
 * @param {number} end @returns {{from: number, to: number}}
 */
export function nextClip(end) {
  const from = Math.floor(end / CLIP_MS) * CLIP_MS;
  return { from, to: from + CLIP_MS };
}

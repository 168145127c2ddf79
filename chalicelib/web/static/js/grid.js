// When clips begin and end, on the server's clock (ms). Everyone who listens at one moment sends the same
// seconds, because clips end where the common grid says and not where somebody clicked.

export const CLIP_MS = 4_000;
const BEAT_MS = 3_800; // from where one clip begins to where the next one does
const SHARED_MS = CLIP_MS - BEAT_MS;
// Half a beat apart, clips share 2.1 s, a tenth of a second more than that below which the server compares nothing.
const STEP_MS = BEAT_MS / 2;
export const SHORTEST_MS = 2_500;

/** @param {number} time @param {number} step */
const ceilTo = (time, step) => Math.ceil(time / step) * step;

/**
 * The first clip: as early as it can be, ends where a clip of the beat ends or half a beat later, two and a half to
 * four seconds long.
 * @param {number} soundFrom @returns {{from: number, to: number}}
 */
export function firstClip(soundFrom) {
  const to = ceilTo(soundFrom + SHORTEST_MS - SHARED_MS, STEP_MS) + SHARED_MS;
  return { from: Math.max(soundFrom, to - CLIP_MS), to };
}

/**
 * The clip after one that ended at `end`: four seconds from the beat. It may share two seconds with the first, and a
 * fifth of a second with any other.
 * @param {number} end @returns {{from: number, to: number}}
 */
export function nextClip(end) {
  const from = Math.floor(end / BEAT_MS) * BEAT_MS;
  return { from, to: from + CLIP_MS };
}

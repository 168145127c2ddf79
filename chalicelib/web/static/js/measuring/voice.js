// Is somebody talking into this microphone? Levels in, a yes or no out: no sound is looked at, kept or sent.

export const FRAME_MS = 20; // of each level
const BINS = 100; // one a decibel, from silence to full scale
const FLOOR_FRAMES = 500; // 10 s: as long as the quiet of the room is remembered
const FLOOR_PART = 0.1; // the level that a tenth of them stay below
const ABOVE_DB = 9;
const FAINTEST_DB = -55; // quieter is nobody, however quiet the room
const ONSET = { loud: 4, of: 6 }; // frames: a key or a door is shorter
const HANGOVER_FRAMES = 10; // between two words nobody has stopped
const LAG_FRAMES = ONSET.of - ONSET.loud + HANGOVER_FRAMES; // until it is known whether a pause was between two words

/** The quiet of the room: what is left when nobody talks. */
class Floor {
  #counts = new Uint16Array(BINS);
  #ring = new Uint8Array(FLOOR_FRAMES);
  #seen = 0;

  /** @param {number} db */
  take(db) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.round(db) + BINS - 1));
    const at = this.#seen % FLOOR_FRAMES;
    const old = this.#ring[at] ?? 0;
    if (this.#seen >= FLOOR_FRAMES) this.#counts[old] = (this.#counts[old] ?? 0) - 1;
    this.#counts[bin] = (this.#counts[bin] ?? 0) + 1;
    this.#ring[at] = bin;
    this.#seen += 1;
  }

  get db() {
    let left = Math.min(this.#seen, FLOOR_FRAMES) * FLOOR_PART;
    const bin = this.#counts.findIndex(count => {
      left -= count;
      return left <= 0;
    });
    return bin - BINS + 1;
  }
}

/**
 * Voice activity by level above the room's own, as measured with speech in two languages, keys and steady noise. It
 * lasts from the first loud frame to the last, with the pauses between words in it; so it is known a little later.
 *
 *   loud    ▁▁████▁██▁▁███▁▁▁▁▁▁▁▁▁▁▁▁▁
 *   voice   ▁▁████████████▁▁▁▁▁▁▁▁▁▁▁▁▁   until the pause is over it would seem to last into somebody's answer
 */
export class VoiceActivity {
  #floor = new Floor();
  /** @type {boolean[]} the latest frames */
  #loud = [];
  /** @type {boolean[]} of the same frames, as far as is known by now */
  #voice = [];
  #quiet = HANGOVER_FRAMES;

  /** @param {number} db of the next frame, full scale being 0 @returns {boolean | null} whether somebody talked LAG_FRAMES before; null: that was before the first */
  hear(db) {
    this.#floor.take(db);
    this.#loud.push(db >= Math.max(FAINTEST_DB, this.#floor.db + ABOVE_DB));
    this.#voice.push(false);
    if (this.#loud.slice(-ONSET.of).filter(Boolean).length >= ONSET.loud) this.#talk();
    else this.#quiet += 1;
    if (this.#voice.length <= LAG_FRAMES) return null;
    this.#loud.shift();
    return this.#voice.shift() ?? null;
  }

  /** From the first loud frame, or on from where the voice was heard last; a noise by itself is neither. */
  #talk() {
    const first = this.#loud.indexOf(true, Math.max(0, this.#loud.length - ONSET.of));
    const from = this.#quiet < HANGOVER_FRAMES ? this.#voice.lastIndexOf(true) + 1 : first;
    this.#voice.fill(true, from, this.#loud.lastIndexOf(true) + 1);
    this.#quiet = 0;
  }
}

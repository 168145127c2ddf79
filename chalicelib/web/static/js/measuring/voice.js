// Is somebody talking into this microphone? Levels in, a yes or no out: no sound is looked at, kept or sent.

export const FRAME_S = 0.02; // of each level
const BINS = 100; // one a decibel, from silence to full scale
const FLOOR_FRAMES = 500; // 10 s: as long as the quiet of the room is remembered
const FLOOR_PART = 0.1; // the level that a tenth of them stay below
const ABOVE_DB = 9;
const FAINTEST_DB = -55; // quieter is nobody, however quiet the room
const ONSET = { loud: 4, of: 6 }; // frames: a key or a door is shorter
const HANGOVER_FRAMES = 10; // between two words nobody has stopped

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

/** Voice activity by level above the room's own, as measured with speech in two languages, keys and steady noise. */
export class VoiceActivity {
  #floor = new Floor();
  /** @type {boolean[]} */
  #latest = [];
  #quiet = HANGOVER_FRAMES;

  /** @param {number} db of the next frame, full scale being 0 @returns {boolean} whether somebody talks */
  hear(db) {
    this.#floor.take(db);
    this.#latest.push(db >= Math.max(FAINTEST_DB, this.#floor.db + ABOVE_DB));
    if (this.#latest.length > ONSET.of) this.#latest.shift();
    const loud = this.#latest.filter(Boolean).length >= ONSET.loud;
    this.#quiet = loud ? 0 : this.#quiet + 1;
    return this.#quiet < HANGOVER_FRAMES;
  }
}

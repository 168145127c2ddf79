const HELD_MAX = 64; // of one person: all that setting up a connection takes
const PEOPLE_MAX = 5;

/**
 * Signals of people of whose coming into the call this page has not heard yet: two messages may overtake each other.
 * Nobody is connected to, and so sent sound or pictures, who does not stand in the call's list.
 */
export class Early {
  /** @type {Map<string, import("./others.js").Signal[]>} */
  #held = new Map();

  /** @param {string} id @param {import("./others.js").Signal} signal */
  hold(id, signal) {
    const held = this.#held.get(id) ?? [];
    if (held.length < HELD_MAX && (held.length || this.#held.size < PEOPLE_MAX))
      this.#held.set(id, [...held, signal]);
  }

  /** What they have sent, in its order; only once. @param {string} id */
  release(id) {
    const held = this.#held.get(id) ?? [];
    this.#held.delete(id);
    return held;
  }

  clear() {
    this.#held.clear();
  }
}

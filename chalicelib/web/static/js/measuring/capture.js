import { call } from "../api.js";
import { path } from "./batches.js";
import { readConsent } from "./consent.js";

const LOOK_AGAIN_MS = 300_000; // what was told while nobody listened

/**
 * Whether whoever runs the meeting of this page wants a report of it: asked once; as long as nothing is measured, again
 * whenever the meeting is read anew, as it is where they have changed their mind; and now and then where they do not.
 */
export class Capture {
  room = ""; // the meeting that was asked about
  #key = "";
  /** @type {RoomAnswer | undefined} by which it was asked last */
  #answer;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {import("../room.js").Room} room
   * @param {{oncaptured: (consent: Consent) => Promise<void>, onnone: () => void, measures: () => boolean}} parts
   * `oncaptured` gets what its person has agreed to; `onnone`: nothing is captured, or nobody runs the meeting any more
   */
  constructor(room, { oncaptured, onnone, measures }) {
    this.#room = room;
    this.#oncaptured = oncaptured;
    this.#onnone = onnone;
    this.#measures = measures;
    room.addEventListener("change", () => this.#follow());
  }

  #room;
  #oncaptured;
  #onnone;
  #measures;

  #follow() {
    const { answer } = this.#room.state ?? {};
    const key = answer?.organised ? `${this.#room.id}` : "";
    const anew = answer !== this.#answer;
    this.#answer = answer;
    if (!key) return this.#lose();
    if (key === this.#key && (!anew || this.#measures())) return undefined;
    this.#key = key;
    this.room = key;
    void this.#learn(key).catch(() => {
      if (this.#key === key) this.#key = ""; // asked again with the next change
    });
    return undefined;
  }

  #lose() {
    const had = this.#key;
    this.#key = "";
    if (had && this.#room.state) this.#onnone();
  }

  /** @param {string} key */
  async #learn(key) {
    const { captured } = await call("GET", `${path(key)}/mine`);
    if (key !== this.#key) return undefined;
    if (!captured) {
      this.#onnone();
      return this.lookAgain();
    }
    const consent = await readConsent();
    return key === this.#key && consent ? this.#oncaptured(consent) : undefined;
  }

  lookAgain() {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(
      () => {
        this.#key = "";
        this.#follow();
      },
      LOOK_AGAIN_MS * (1 + Math.random()),
    );
  }

  /** A page that comes back asks anew. */
  pause() {
    this.#key = "";
  }

  /** Out of the meeting. */
  forget() {
    this.pause();
    this.room = "";
    window.clearTimeout(this.#timer);
  }
}

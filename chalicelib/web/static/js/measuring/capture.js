import { call } from "../api.js";
import { path } from "./batches.js";
import { readConsent } from "./consent.js";

const LOOK_AGAIN_MS = 300_000; // nobody is told that the organiser has switched it on

/** Whether whoever runs the meeting of this page wants a report of it: asked once, and now and then where they do not. */
export class Capture {
  room = ""; // the meeting that was asked about
  #key = "";
  /** @type {number | undefined} */
  #timer;

  /** @param {import("../room.js").Room} room @param {(consent: Consent) => Promise<void>} oncaptured gets what its person has agreed to */
  constructor(room, oncaptured) {
    this.#room = room;
    this.#oncaptured = oncaptured;
    room.addEventListener("change", () => this.#follow());
  }

  #room;
  #oncaptured;

  #follow() {
    const { answer } = this.#room.state ?? {};
    const key = answer?.organised ? `${this.#room.id}` : "";
    if (!key || key === this.#key) return;
    this.#key = key;
    this.room = key;
    void this.#learn(key).catch(() => {
      if (this.#key === key) this.#key = ""; // asked again with the next change
    });
  }

  /** @param {string} key */
  async #learn(key) {
    const { captured } = await call("GET", `${path(key)}/mine`);
    if (key !== this.#key) return undefined;
    if (!captured) return this.lookAgain();
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

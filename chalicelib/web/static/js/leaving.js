import { call, patienceMs } from "./api.js";
import { pauseMs } from "./live.js";

const MEASURED_MS = 1_000; // for what was measured: others see who leaves until the server knows

/** @param {string} id @returns {Promise<boolean>} whether the server knows; it does where it says that there is nothing to leave */
async function isHeard(id) {
  try {
    await call("DELETE", `/v1/rooms/${id}/participants/me`);
    return true;
  } catch (error) {
    return patienceMs(error) === null;
  }
}

/**
 * Tells the server that its person has left, as often as it takes. Events: "heard", "unheard" where the first telling
 * was in vain.
 */
export class Leaving extends EventTarget {
  /** @type {Map<string, {before: () => Promise<unknown>, aloud: boolean}>} meetings that do not know yet; whether to say so once they do */
  #owed = new Map();
  #failed = 0;
  /** @type {number | undefined} */
  #timer;

  constructor() {
    super();
    window.addEventListener("online", () => void this.#tell());
  }

  /** @param {string} id @param {() => Promise<unknown>} before sends what is taken from members only; it may not hold this up for long */
  async leave(id, before) {
    this.#owed.set(id, { before, aloud: true });
    await this.#tell();
    if (this.#owed.has(id)) this.dispatchEvent(new Event("unheard"));
  }

  /** As `leave`, of a meeting that this page has never shown. @param {string} id */
  undo(id) {
    this.#owed.set(id, { before: async () => {}, aloud: false });
    void this.#tell();
  }

  /** In it again. @param {string} id */
  revoke(id) {
    this.#owed.delete(id);
  }

  async #tell() {
    window.clearTimeout(this.#timer);
    for (const [id, { before, aloud }] of [...this.#owed]) {
      await Promise.race([before(), new Promise(resolve => window.setTimeout(resolve, MEASURED_MS))]);
      if (!this.#owed.has(id) || !(await isHeard(id))) continue; // revoked, or told meanwhile
      if (this.#owed.delete(id) && aloud) this.dispatchEvent(new Event("heard"));
    }
    window.clearTimeout(this.#timer);
    if (this.#owed.size) this.#timer = window.setTimeout(() => void this.#tell(), pauseMs(this.#failed++));
    else this.#failed = 0;
  }
}

// Whether I agree to be measured, as the server knows it. A yes is said once; a no is told until it was heard.
import { call, patienceMs } from "../api.js";
import { language } from "../i18n.js";
import { pauseMs } from "../live.js";
import { recallHere, rememberHere } from "../memory.js";

const PURPOSE = "insights";
const OWED = "withdrawn"; // the server does not know yet that the person of this tab took their consent back

const path = () => `/v1/consents?language=${language}`;

/** @param {boolean} given @param {{keepalive?: boolean, leaving?: boolean}} [how] */
const say = (given, how = {}) => call("PUT", path(), { json: { [PURPOSE]: given }, ...how });

/** @returns {Promise<Consent | undefined>} throws Refused or Away */
export async function readConsent() {
  const { consents } = await call("GET", path());
  return /** @type {Consent[]} */ (consents).find(one => one.purpose === PURPOSE);
}

export class Agreement {
  owed = recallHere(OWED) !== null; // a no that is still to be told
  #failed = 0; // tellings in a row
  /** @type {Promise<void> | null} */
  #telling = null;
  /** @type {number | undefined} */
  #timer;
  onheard = () => {};

  /** Throws Refused or Away: then nothing has changed. */
  async give() {
    window.clearTimeout(this.#timer);
    await this.#telling?.catch(() => {}); // a no on its way would end what begins here
    try {
      await say(true);
    } catch (error) {
      if (this.owed) this.#repeat(0);
      throw error;
    }
    this.forget();
  }

  /** Throws Refused or Away: then it is told again by itself, unless that would be refused, too. */
  async withdraw() {
    this.#owe(true);
    await this.#tell();
  }

  /** The server may be heard now. */
  catchUp() {
    if (this.owed) void this.#tell().catch(() => {});
  }

  /** The page goes: nobody waits for an answer. Where it is not heard, the next page of this tab tells it. */
  leave() {
    if (this.owed) void say(false, { leaving: true }).catch(() => {});
  }

  /** Nothing is left to tell. */
  forget() {
    window.clearTimeout(this.#timer);
    this.#owe(false);
  }

  /** @param {boolean} owed */
  #owe(owed) {
    this.owed = owed;
    rememberHere(OWED, owed ? "yes" : null);
  }

  #tell() {
    window.clearTimeout(this.#timer);
    this.#telling ??= this.#tellOnce().finally(() => {
      this.#telling = null;
    });
    return this.#telling;
  }

  async #tellOnce() {
    try {
      await say(false, { keepalive: true }); // heard, too, where the page is closed meanwhile
    } catch (error) {
      const leastMs = patienceMs(error);
      if (this.owed && leastMs !== null) this.#repeat(leastMs);
      throw error;
    }
    this.#failed = 0;
    if (!this.owed) return; // the session is over
    this.forget();
    this.onheard();
  }

  /** @param {number} leastMs */
  #repeat(leastMs) {
    this.#timer = window.setTimeout(() => this.catchUp(), Math.max(leastMs, pauseMs(this.#failed)));
    this.#failed += 1;
  }
}

import { call, Refused } from "./api.js";
import { recall, remember } from "./memory.js";
import { settled } from "./renewal.js";

/**
 * Who this browser is to the server. Looking makes no session, an act does. Events: "change" when `who` is
 * another, or was changed; "over" when it was ended here.
 */
export class Session extends EventTarget {
  /** @type {SessionAnswer | null} null: nobody yet, or not read yet */
  who = null;

  /** @param {import("./live.js").Live} live */
  constructor(live) {
    super();
    this.#live = live;
  }

  #live;

  /** Opens a session or finds the one there is, and its live channel. Throws Refused or Away. */
  async open() {
    const before = this.who;
    this.take(await call("POST", "/v1/session", { json: {} }));
    const another = before !== null && before.participant_name !== this.who?.participant_name;
    if (another) this.#live.reopen(); // the old channel belongs to the session that is over
    this.#live.open();
  }

  /** Reads the session where there was one; asks nothing of a browser that never had any. Throws Refused or Away. */
  async read() {
    if (recall("session") === null) return;
    await settled();
    try {
      this.take(await call("GET", "/v1/session"));
    } catch (error) {
      if (!(error instanceof Refused && error.status === 401)) throw error;
      this.forget();
    }
  }

  /** As `read`, where nobody waits for it. */
  refresh = () => void this.read().catch(() => {});

  /** @param {{participant_name?: string | null, preferences?: Preferences}} changes throws Refused or Away */
  async change(changes) {
    this.take(await call("PATCH", "/v1/session", { json: changes }));
  }

  /** Preferences hold in this browser anyway; the session is told where there is one. @param {Preferences} preferences */
  prefer(preferences) {
    if (recall("session") === null) return Promise.resolve();
    return call("PATCH", "/v1/session", { json: { preferences }, keepalive: true }).then(
      answer => this.take(answer),
      () => {},
    );
  }

  /** @param {SessionAnswer} answer */
  take(answer) {
    this.who = answer;
    remember("session", "yes"); // that there is one, not which
    this.dispatchEvent(new Event("change"));
  }

  /** Ended by an answer of the server's just now. */
  end() {
    this.forget();
    this.dispatchEvent(new Event("over"));
  }

  forget() {
    this.who = null;
    remember("session", null);
    this.dispatchEvent(new Event("change"));
  }
}

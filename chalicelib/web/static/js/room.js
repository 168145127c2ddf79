import { call, Refused } from "./api.js";
import { apply, fromAnswer } from "./room-state.js";

/** @typedef {import("./room-state.js").RoomState} RoomState */

const GONE = new Set([401, 403, 404, 410]);

/**
 * The meeting this page is in. Events: "change" when people came, went or were read again; "message" (detail:
 * LiveMessage) for each that was news; "moved" (detail: room id); "ended"; "missing" if it is not ours to see.
 */
export class Room extends EventTarget {
  /** @type {string | null} */
  id = null;
  /** @type {RoomState | null} */
  state = null;
  #reading = false;
  #again = false;

  /** @param {import("./live.js").Live} live */
  constructor(live) {
    super();
    this.#live = live;
    live.addEventListener("message", event =>
      this.#heard(/** @type {CustomEvent<LiveMessage>} */ (event).detail),
    );
    live.addEventListener("open", this.refresh);
  }

  #live;

  /** @param {string} id */
  enter(id) {
    if (id !== this.id) this.state = null;
    this.id = id;
    this.#live.open();
    this.refresh();
  }

  async leave() {
    const id = this.id;
    this.forget();
    if (id) await call("DELETE", `/v1/rooms/${id}/participants/me`);
  }

  forget() {
    this.id = null;
    this.state = null;
  }

  /** A server that is away is no event here: the live channel's return reads again. */
  refresh = () => void this.#read().catch(() => {});

  /** Reads the whole room; messages that come meanwhile make it read once more. */
  async #read() {
    if (!this.id) return;
    this.#again = this.#reading;
    if (this.#reading) return;
    this.#reading = true;
    try {
      await this.#fetch(this.id);
    } finally {
      this.#reading = false;
    }
    if (this.#again) await this.#read();
  }

  /** @param {string} id */
  async #fetch(id) {
    try {
      const answer = await call("GET", `/v1/rooms/${id}`);
      if (id === this.id) this.#replace(fromAnswer(answer));
    } catch (error) {
      if (!(error instanceof Refused && GONE.has(error.status))) throw error;
      if (id === this.id) this.#end("missing");
    }
  }

  /** @param {RoomState} state */
  #replace(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {LiveMessage} message */
  #heard(message) {
    if (!this.id || message.room_id !== this.id) return;
    if (message.merged_into) return this.#move(message.merged_into);
    if (message.type === "room.ended") return this.#end("ended");
    return this.#advance(message);
  }

  /** @param {LiveMessage} message */
  #advance(message) {
    const next = this.state ? apply(this.state, message) : "gap";
    if (next === "gap" || message.type === "room.changed") return this.refresh();
    if (next === this.state) return undefined;
    this.#replace(next);
    this.dispatchEvent(new CustomEvent("message", { detail: message }));
    return undefined;
  }

  /** @param {string} id */
  #move(id) {
    this.forget();
    this.dispatchEvent(new CustomEvent("moved", { detail: id }));
  }

  /** @param {"ended" | "missing"} why */
  #end(why) {
    this.forget();
    this.dispatchEvent(new Event(why));
  }
}

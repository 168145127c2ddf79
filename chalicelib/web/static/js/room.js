import { call, Refused } from "./api.js";
import { pauseMs } from "./live.js";
import { apply, fromAnswer, isBehind, prolonged, timed, without } from "./room-state.js";

/** @typedef {import("./room-state.js").RoomState} RoomState */
/** @typedef {{from: string, to: string}} Move one meeting is another now, by their ids */

const GONE = new Set([401, 403, 404, 410]);
const SPREAD_MS = 2; // for each who is here
const TOLD = 2; // readings that failed before people are told
const PULSES = 10; // after which the room is read in any case: a pulse tells nothing of people

/**
 * The meeting this page is in. Events: "change" when anything in it did, or was read again; "knock" (detail: LiveMessage);
 * "moved" (detail: Move); "unread" where it cannot be read for now, until the next "change"; and the three ends (Ending): "ended", "missing" if it is not ours to see, "signed-out"
 * if the session that was in it is over.
 */
export class Room extends EventTarget {
  /** @type {string | null} */
  id = null;
  /** @type {RoomState | null} */
  state = null;
  behind = false; // the meeting cannot be read for now: what is there may be old
  #reading = false;
  #again = false;
  #pulses = 0; // since the last reading
  #failed = 0; // readings in a row
  /** @type {number | undefined} */
  #retry;

  /** @param {import("./live.js").Live} live */
  constructor(live) {
    super();
    this.#live = live;
    live.addEventListener("message", event =>
      this.#heard(/** @type {CustomEvent<LiveMessage>} */ (event).detail),
    );
    live.addEventListener("heartbeat", event =>
      this.#felt(/** @type {CustomEvent<LiveMessage>} */ (event).detail),
    );
    live.addEventListener("open", this.#follow);
    live.addEventListener("lost", this.refresh); // why: the session may be over, or the meeting
  }

  #live;

  /** @param {string} id */
  enter(id) {
    if (id !== this.id) this.forget();
    this.id = id;
    this.#live.follows = id;
    if (this.#live.state === "open") this.#follow();
    else this.#live.open();
    this.refresh();
  }

  /** The answer to `resume` is room.changed: what was missed is read then. */
  #follow = () => {
    if (this.id) this.#live.send({ action: "resume", room_id: this.id, after: this.state?.sequence ?? 0 });
  };

  forget() {
    this.id = null;
    this.state = null;
    this.#live.follows = null;
    this.#failed = 0;
    this.behind = false;
    window.clearTimeout(this.#retry);
  }

  refresh = () => void this.#read();

  /** Reads the whole room; whoever wants that meanwhile makes it read once more. */
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
      if (id === this.id) this.#take(answer);
    } catch (error) {
      if (id !== this.id) return;
      if (!(error instanceof Refused && GONE.has(error.status))) this.#fail();
      else this.#end(error.status === 401 && this.state ? "signed-out" : "missing");
    }
  }

  /** What has failed is tried again, after longer and longer pauses. */
  #repeat() {
    window.clearTimeout(this.#retry);
    this.#retry = window.setTimeout(this.refresh, pauseMs(this.#failed));
    this.#failed += 1;
  }

  #fail() {
    this.#repeat();
    if (this.behind || this.#failed < TOLD) return;
    this.behind = true;
    this.dispatchEvent(new Event("unread"));
  }

  /**
   * Whoever asks for a meeting that has merged gets the one it is now. An answer that was overtaken by a message would
   * bring back what is gone: it is asked for once more.
   * @param {RoomAnswer} answer
   */
  #take(answer) {
    if (this.state && answer.room_id === this.id && answer.sequence < this.state.sequence)
      return this.#repeat();
    this.#pulses = 0;
    this.#failed = 0;
    this.behind = false;
    if (answer.room_id === this.id) this.#replace(fromAnswer(answer));
    else this.#move(answer.room_id);
    return undefined;
  }

  /** The answer to a heartbeat; one that was asked for a lease alone says nothing of the room. @param {LiveMessage} message */
  #felt({ room: pulse, expires_at_ms: lease }) {
    if (!this.id || (lease !== undefined && !pulse)) return;
    if (!pulse) this.#follow(); // a `resume` was lost, or the room is not mine any more
    if (!pulse) return this.refresh();
    if (pulse.room_id !== this.id) return;
    if (!this.state) return this.refresh();
    this.#pulses += 1;
    if (isBehind(this.state, pulse) || this.#pulses >= PULSES) this.refresh();
    else if (this.state.content.length) this.#replace(timed(this.state, pulse));
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
    if (message.type === "participant.knocking")
      this.dispatchEvent(new CustomEvent("knock", { detail: message })); // whatever else was missed
    return this.#advance(message);
  }

  /** @param {LiveMessage} message */
  #advance(message) {
    const next = this.state ? apply(this.state, message) : "gap";
    if (next === "gap" || message.type === "room.changed") return this.#refreshSoon();
    if (next === this.state) return undefined;
    const mine = message.participant_id === this.state?.answer.me;
    if (mine && message.type === "participant.left") this.refresh(); // in another tab: perhaps this is not my meeting any more
    this.#replace(next);
    return undefined;
  }

  /** The same message reaches everybody at once: a thousand do not all ask in the same instant. */
  #refreshSoon() {
    const people = this.state?.people.length ?? 0;
    window.setTimeout(this.refresh, Math.random() * people * SPREAD_MS);
  }

  /** Drops what is over. @param {number} nowMs by the server's clock @returns {boolean} whether anything was */
  expire(nowMs) {
    const next = this.state && without(this.state, nowMs);
    if (!next || next === this.state) return false;
    this.#replace(next);
    return true;
  }

  /** What is mine lives longer, as the server has just told. @param {string[]} ids @param {number} expiresAtMs */
  prolong(ids, expiresAtMs) {
    if (this.state && ids.length) this.#replace(prolonged(this.state, new Set(ids), expiresAtMs));
  }

  /** @param {string} to */
  #move(to) {
    const from = this.id;
    this.forget();
    this.dispatchEvent(new CustomEvent("moved", { detail: { from, to } }));
  }

  /** @param {Ending} why */
  #end(why) {
    this.forget();
    this.dispatchEvent(new Event(why));
  }

  /** By an act of this page: the message that says so may miss it. @param {string} id */
  end(id) {
    if (id === this.id) this.#end("ended");
  }
}

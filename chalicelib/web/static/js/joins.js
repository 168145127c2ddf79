import { Away, call, Refused } from "./api.js";
import { pauseMs } from "./live.js";

const POLL_MS = 1_000;
const AGAIN = 2; // times, while the clip lives
const POLLS_LIVE = 5; // of which one is asked although the live channel is up: a push may be lost
const LATE_MS = 60_000; // as long as those inside may say yes to somebody at the door, and a verdict is kept
const KEPT_MS = LATE_MS - 5_000; // after which the server may have forgotten it when the question arrives
const SENDING = "sending"; // the server may know nothing of it yet
const OPEN = "listening";
const OVER = "expired";
const FAULT = 500;

/** @param {unknown} error whether the server may have the clip all the same @returns {error is Away | Refused} */
const unsure = error => error instanceof Away || (error instanceof Refused && error.status >= FAULT);

/** @typedef {{tab: string, processing: Processing, roomId: string | null, keys: ClockKey[]}} Circumstances */

/** The clips of one listening: sent, answered now or later, taken back. */
export class Joins {
  /** @type {Map<string, JoinStatus | typeof SENDING>} */
  #status = new Map();
  /** @type {Map<string, string>} */
  #hints = new Map();
  /** @type {Map<string, number>} */
  #sentMs = new Map();
  /** @type {Set<Promise<unknown>>} */
  #underway = new Set();
  #over = false;
  #asking = false;
  #turn = 0;
  /** @type {(answer: JoinAnswer) => void} */
  onanswer = () => {};

  /** @param {import("./live.js").Live} live @param {import("./encode.js").Encoder} encoder is ended with this */
  constructor(live, encoder) {
    this.#live = live;
    this.#encoder = encoder;
    live.addEventListener("message", this.#heard);
    this.#poll = window.setInterval(() => void this.#ask(), POLL_MS);
  }

  #live;
  #encoder;
  #poll;

  /** @param {Clip} clip @param {Circumstances} circumstances throws Refused or Away */
  async send(clip, circumstances) {
    const id = crypto.randomUUID();
    const { type, body } = await this.#encoder.encode(clip, circumstances);
    if (this.#over) return;
    this.#status.set(id, SENDING);
    this.#sentMs.set(id, performance.now());
    const sending = this.#deliver({ body, headers: headers(id, type, clip, circumstances) });
    this.#underway.add(sending);
    try {
      this.#settle(await sending);
    } catch (error) {
      if (!unsure(error)) this.#status.delete(id); // otherwise it is taken back like the others
      throw error;
    } finally {
      this.#underway.delete(sending);
    }
  }

  /** The same clip twice is one: where the network or the server fails, it is sent again. @param {{body: BodyInit, headers: Record<string, string>}} options */
  async #deliver(options) {
    for (let attempt = 0; ; attempt++)
      try {
        return await call("POST", "/v1/joins", options);
      } catch (error) {
        if (!unsure(error) || attempt === AGAIN) throw error;
        const pause = pauseMs(attempt) + (error.retryAfterMs ?? 0);
        await new Promise(resolve => window.setTimeout(resolve, pause));
        if (this.#over) throw error;
      }
  }

  /** Clips without an answer. */
  get waiting() {
    return [...this.#those(SENDING), ...this.#those(OPEN)];
  }

  /** @param {string} wanted */
  #those(wanted) {
    return [...this.#status].filter(([, status]) => status === wanted).map(([id]) => id);
  }

  /** Takes back every clip that has no answer, also those still on their way there; may hear yet that one had led somewhere. */
  async cancel() {
    this.#stop();
    this.endLater();
    await Promise.allSettled([this.#takeBack(), ...this.#underway]);
    await this.#takeBack(); // those that had been on their way
  }

  /** No more clips; answers may still come for as long as the server keeps them. */
  endLater() {
    window.setTimeout(() => this.end(), LATE_MS);
  }

  /** Hears no more answers. */
  end() {
    this.#stop();
    this.#live.removeEventListener("message", this.#heard);
  }

  #stop() {
    this.#over = true;
    this.#encoder.end();
    window.clearInterval(this.#poll);
  }

  /** Also while the page is closing, which waits for nothing. */
  #takeBack() {
    const gone = this.waiting.map(id => call("DELETE", `/v1/joins/${id}`, { leaving: true }));
    return Promise.allSettled(gone);
  }

  #heard = (/** @type {Event} */ event) => {
    const { type, join_id, status, room_id, hint } = /** @type {CustomEvent<LiveMessage>} */ (event).detail;
    if (type === "join.changed" && join_id && status) this.#settle({ join_id, status, room_id, hint });
  };

  /** @param {JoinAnswer} answer */
  #settle(answer) {
    if (!this.#status.has(answer.join_id)) return;
    const before = this.#status.get(answer.join_id);
    if (before === "joined" || (before === OVER && answer.status === OVER)) return; // once is enough
    this.#status.set(answer.join_id, answer.status);
    if (answer.hint) this.#hints.set(answer.join_id, answer.hint);
    const hint = answer.hint ?? this.#hints.get(answer.join_id); // a push may overtake the answer to the clip itself
    if (!this.#over || answer.status === "joined") this.onanswer({ ...answer, hint });
  }

  /** Answers come by themselves while the live channel is up, or seems to be. One round after the other. */
  async #ask() {
    this.#turn += 1;
    if (this.#asking || (this.#live.state === "open" && this.#turn % POLLS_LIVE)) return;
    this.#asking = true;
    await Promise.allSettled(this.#due().map(async id => this.#settle(await call("GET", `/v1/joins/${id}`))));
    this.#asking = false;
  }

  /** Clips that are open; else, now and then, the last that is over: those inside may have said yes since. */
  #due() {
    const open = this.#those(OPEN);
    if (open.length || this.#turn % POLLS_LIVE) return open;
    const kept = this.#those(OVER).filter(id => performance.now() - (this.#sentMs.get(id) ?? 0) < KEPT_MS);
    return kept.slice(-1);
  }
}

/** @param {string} id @param {string} type @param {Clip} clip @param {Circumstances} circumstances */
function headers(id, type, clip, { tab, processing, roomId }) {
  return {
    "Content-Type": type,
    "Earshot-Join": id,
    "Earshot-Recorded-At": String(clip.recordedAtMs),
    "Earshot-Processing": processing,
    "Earshot-Tab": tab,
    ...(roomId ? { "Earshot-Room": roomId } : {}),
  };
}

import { Away, call, Refused } from "./api.js";
import { Encoder } from "./encode.js";
import { Joins } from "./joins.js";
import { pauseMs } from "./live.js";
import { Microphone, obstacle } from "./microphone.js";
import { Recorder } from "./recorder.js";

export const LISTEN_MS = 20_000;
const ANSWER_MS = 10_000; // a clip lives ten seconds: after that no answer can come

/** @type {ListeningState} */
const IDLE = { phase: "idle", hint: null, trouble: null, untilMs: null, sent: 0 };

/**
 * One person listening: from the click to a verdict, a second click or twenty seconds. Events: "change" when
 * `state` has changed, "samples" (detail: Float32Array) for the waveform, "joined" (detail: room id), and
 * "overtaken" (detail: room id) when a clip taken back had already found a meeting.
 */
export class Listening extends EventTarget {
  /** @type {ListeningState} */
  state = IDLE;
  /** @type {Microphone | null} */
  #microphone = null;
  /** @type {Joins | null} */
  #joins = null;
  /** @type {number | undefined} */
  #timer;
  #retries = 0;
  #turn = 0;

  /**
   * @param {{tab: string, live: import("./live.js").Live, clock: import("./clock.js").ServerClock,
   *   room: () => string | null}} parts
   */
  constructor(parts) {
    super();
    this.#parts = parts;
  }

  #parts;

  get active() {
    return this.state.phase === "starting" || this.state.phase === "listening";
  }

  /** Must be called from a click: it is the only way sound is ever heard. */
  async start() {
    const blocked = obstacle();
    if (blocked) return this.#become({ phase: "trouble", trouble: blocked });
    this.#close();
    const turn = ++this.#turn;
    const microphone = new Microphone();
    this.#microphone = microphone;
    this.#become({ ...IDLE, phase: "starting" });
    try {
      await this.#prepare(turn, microphone);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    }
  }

  /** The second click: the microphone closes now, unanswered clips are taken back. */
  stop() {
    this.#close();
    this.#become(IDLE);
  }

  /** @param {number} turn @param {Microphone} microphone */
  async #prepare(turn, microphone) {
    await openSession();
    if (turn !== this.#turn) return;
    this.#parts.live.open();
    const synced = this.#parts.clock.sync();
    await Promise.all([microphone.open(), synced]);
    if (turn === this.#turn) this.#record(microphone);
  }

  /** @param {Microphone} microphone */
  #record(microphone) {
    const { sampleRate } = microphone.context;
    const joins = new Joins(this.#parts.live, new Encoder(sampleRate));
    const recorder = new Recorder(sampleRate, this.#parts.clock);
    joins.onanswer = answer => this.#answered(joins, answer);
    recorder.onclip = clip => void this.#send(joins, clip, microphone.processing);
    microphone.onlost = () => this.#fail(new DOMException("", "NotReadableError"));
    microphone.onsamples = batch => {
      recorder.add(batch);
      this.dispatchEvent(new CustomEvent("samples", { detail: batch.samples }));
    };
    this.#joins = joins;
    this.#retries = 0;
    this.#timer = window.setTimeout(() => this.#timeIsUp(), LISTEN_MS);
    this.#become({ phase: "listening", untilMs: performance.now() + LISTEN_MS });
  }

  /** @param {Joins} joins @param {Clip} clip @param {Processing} processing */
  async #send(joins, clip, processing) {
    const { tab, clock, room } = this.#parts;
    try {
      this.#become({ sent: this.state.sent + 1 });
      await joins.send(clip, { tab, processing, roomId: room(), keys: clock.keys });
    } catch (error) {
      if (joins === this.#joins) this.#fail(error);
    }
  }

  /** @param {Joins} joins @param {JoinAnswer} answer */
  #answered(joins, answer) {
    if (joins !== this.#joins)
      return this.dispatchEvent(new CustomEvent("overtaken", { detail: answer.room_id }));
    if (answer.hint) this.#become({ hint: answer.hint });
    if (answer.status !== "joined" || !answer.room_id) return false;
    this.#joins?.end();
    this.#joins = null;
    this.#close();
    this.#become({ ...IDLE, phase: "joined" });
    return this.dispatchEvent(new CustomEvent("joined", { detail: answer.room_id }));
  }

  /** The microphone closes; what was sent last may still find somebody. */
  #timeIsUp() {
    this.#microphone?.close();
    this.#become({ phase: "unheard", untilMs: null });
    this.#timer = window.setTimeout(() => this.#joins?.end(), ANSWER_MS);
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#close();
    const trouble = diagnose(error);
    const pause = waitMs(error, this.#retries);
    this.#become({
      ...IDLE,
      phase: "trouble",
      trouble,
      untilMs: pause === null ? null : performance.now() + pause,
    });
    if (pause === null) return;
    this.#retries += 1;
    this.#timer = window.setTimeout(() => void this.#waited(trouble), pause);
  }

  /** The microphone never opens by itself: once the server is back, a click is asked for again. @param {Trouble} trouble */
  async #waited(trouble) {
    const turn = this.#turn;
    try {
      if (trouble === "away") await openSession();
    } catch (error) {
      return turn === this.#turn && this.#fail(error);
    }
    return turn === this.#turn && this.#become({ ...IDLE, phase: trouble === "away" ? "back" : "idle" });
  }

  #close() {
    this.#turn += 1;
    window.clearTimeout(this.#timer);
    this.#microphone?.close();
    this.#microphone = null;
    void this.#joins?.cancel();
    this.#joins = null;
  }

  /** @param {Partial<ListeningState>} change */
  #become(change) {
    this.state = { ...this.state, ...change };
    this.dispatchEvent(new Event("change"));
  }
}

/** Looking makes no session, the click does: this opens one or finds the one there is. */
const openSession = () => call("POST", "/v1/session", { json: {} });

/** @type {Record<string, Trouble>} names of DOMException */
const MICROPHONE = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "no-microphone",
  OverconstrainedError: "no-microphone",
  NotReadableError: "microphone-lost",
  AbortError: "microphone-lost",
};

/** @param {unknown} error @returns {Trouble} */
function diagnose(error) {
  if (error instanceof Away) return "away";
  if (error instanceof Refused) return error.status === 429 ? "too-many" : "unexpected";
  return (error instanceof DOMException && MICROPHONE[error.name]) || "unexpected";
}

/** How long to pause before trying again: what the server says, else longer each time. @param {unknown} error @param {number} attempt */
function waitMs(error, attempt) {
  if (error instanceof Away) return error.retryAfterMs ?? pauseMs(attempt + 2);
  if (error instanceof Refused && error.status === 429) return error.retryAfterMs ?? 10_000;
  return null;
}

import { Refused } from "./api.js";
import { Encoder } from "./encode.js";
import { Joins } from "./joins.js";
import { IDLE } from "./listening-state.js";
import { Microphone, obstacle } from "./microphone.js";
import { Newcomers } from "./newcomers.js";
import { Recorder } from "./recorder.js";
import { diagnose, MicrophoneLost, waitMs } from "./troubles.js";

export const LISTEN_MS = 20_000;
const LAST_CLIPS = 2; // of whoever is in: the one being recorded and the next
const LAST_MS = 9_000; // as long as they take, and what a device may need to hand them over
const JOINED_MS = 8_000; // how long the good news stands

/**
 * One person listening: from the click to a verdict, a second click or twenty seconds. Whoever is in finishes the clip
 * being recorded and one more, so that those who clicked seconds later find them; whoever was in a meeting before
 * listens for others, until one has come. Events: "change" when
 * `state` has changed, "samples" (detail: Float32Array) for the waveform, "answered" (detail: JoinAnswer), "joined" (detail: room id),
 * "overtaken" (detail: room id) when a clip taken back had already found a meeting, and "outside" when the
 * server knows nothing of the meeting this page is in.
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
  #sentInside = 0;
  #renewed = false;

  /**
   * @param {{tab: import("./tab.js").Tab, live: import("./live.js").Live, clock: import("./clock.js").ServerClock,
   *   session: import("./session.js").Session, room: import("./room.js").Room}} parts
   */
  constructor(parts) {
    super();
    this.#parts = parts;
    this.#newcomers = new Newcomers(parts.room);
    parts.room.addEventListener("change", () => this.#look());
  }

  #parts;
  #newcomers;

  get active() {
    return ["starting", "listening", "finishing"].includes(this.state.phase);
  }

  /** The server asked for a pause, and it is not over. */
  get barred() {
    return this.state.trouble === "too-many";
  }

  /** Must be called from a click: it is the only way sound is ever heard. */
  async start() {
    if (this.barred) return;
    this.#close();
    const blocked = obstacle();
    if (blocked) return this.#become({ ...IDLE, phase: "trouble", trouble: blocked });
    const turn = ++this.#turn;
    const microphone = new Microphone();
    this.#microphone = microphone;
    this.#newcomers.watch();
    this.#become({ ...IDLE, phase: "starting" });
    try {
      await this.#prepare(turn, microphone);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    }
  }

  /** The second click: the microphone closes now, unanswered clips are taken back. */
  stop() {
    if (this.barred) return;
    this.#close();
    this.#become(IDLE);
  }

  /** @param {number} turn @param {Microphone} microphone */
  async #prepare(turn, microphone) {
    const { clock, session } = this.#parts;
    await session.open();
    if (turn !== this.#turn) return;
    const synced = clock.sync();
    await Promise.all([microphone.listen(), synced]);
    if (!clock.freshFor(LISTEN_MS + LAST_MS)) await clock.sync(); // somebody thought long about the browser's question
    if (turn === this.#turn) this.#record(microphone);
  }

  /** @param {Microphone} microphone */
  #record(microphone) {
    const { sampleRate } = microphone.context;
    const joins = new Joins(this.#parts.live, new Encoder(sampleRate));
    const recorder = new Recorder(sampleRate, this.#parts.clock);
    joins.onanswer = answer => this.#answered(joins, answer);
    recorder.onclip = clip => void this.#send(joins, clip, microphone.processing);
    microphone.onlost = () => (this.#isIn ? this.#settleIn() : this.#fail(new MicrophoneLost()));
    microphone.onsamples = batch => {
      recorder.add(batch);
      this.dispatchEvent(new CustomEvent("samples", { detail: batch.samples }));
    };
    this.#joins = joins;
    this.#retries = 0;
    this.#renewed = false;
    this.#sentInside = 0;
    this.#timer = window.setTimeout(() => this.#timeIsUp(), LISTEN_MS);
    const { processing } = microphone;
    this.#become({ phase: "listening", untilMs: performance.now() + LISTEN_MS, processing });
  }

  /** @param {Joins} joins @param {Clip} clip @param {Processing} processing */
  async #send(joins, clip, processing) {
    const { tab, clock, room } = this.#parts;
    if (this.#isIn) this.#sentInside += 1;
    const last = this.#sentInside === LAST_CLIPS;
    if (last) this.#microphone?.close();
    try {
      this.#become({ sent: this.state.sent + 1 });
      await joins.send(clip, { tab: tab.id, processing, roomId: room.id, keys: clock.keys });
    } catch (error) {
      if (joins === this.#joins && !this.#isIn) this.#refused(error);
    }
    if (last && joins === this.#joins) this.#settleIn();
  }

  get #isIn() {
    return this.state.phase === "finishing";
  }

  /** @param {unknown} error */
  #refused(error) {
    const status = error instanceof Refused ? error.status : 0;
    if (this.#parts.room.id && (status === 401 || status === 404)) this.dispatchEvent(new Event("outside"));
    else if (status === 401 && !this.#renewed) void this.#renew();
    else this.#fail(error);
  }

  /** The session was ended elsewhere: listening goes on under a new one, once. */
  async #renew() {
    const turn = this.#turn;
    this.#renewed = true;
    try {
      await this.#parts.session.open();
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    }
  }

  /** @param {Joins} joins @param {JoinAnswer} answer */
  #answered(joins, answer) {
    const mine = joins === this.#joins;
    if (mine && answer.status !== "expired" && !this.#isIn) this.#become({ hint: answer.hint ?? null });
    if (mine) this.dispatchEvent(new CustomEvent("answered", { detail: answer }));
    if (answer.status !== "joined" || !answer.room_id) return;
    if (mine || this.active) this.#found(answer.room_id);
    else this.dispatchEvent(new CustomEvent("overtaken", { detail: answer.room_id }));
  }

  /** @param {string} roomId */
  #found(roomId) {
    if (roomId === this.#parts.room.id) return this.#look(); // others inside, or another clip, were heard
    this.#meet(false);
    return this.dispatchEvent(new CustomEvent("joined", { detail: roomId }));
  }

  /** Two people inside who hear each other have let nobody in yet. */
  #look() {
    if (this.#joins && this.#newcomers.come()) this.#meet(true);
  }

  /** @param {boolean} inside */
  #meet(inside) {
    if (this.state.phase === "listening") this.#finish(inside);
    else if (!this.#isIn) this.#settleIn(inside);
  }

  /** @param {boolean} inside */
  #finish(inside) {
    window.clearTimeout(this.#timer);
    this.#become({ phase: "finishing", untilMs: null, hint: null, inside });
    this.#timer = window.setTimeout(() => this.#settleIn(), LAST_MS);
  }

  #settleIn(inside = this.state.inside) {
    this.#joins?.end();
    this.#joins = null;
    this.#close();
    this.#become({ ...IDLE, phase: "joined", inside });
    this.#timer = window.setTimeout(() => this.#become(IDLE), JOINED_MS);
  }

  /** The microphone closes; what was sent last may still find somebody, and those at the door may be let in. */
  #timeIsUp() {
    this.#microphone?.close();
    this.#become({ phase: "unheard", untilMs: null });
    this.#joins?.endLater();
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#close();
    const trouble = diagnose(error);
    const pause = waitMs(error, this.#retries);
    const untilMs = pause === null ? null : performance.now() + pause;
    this.#become({ ...IDLE, phase: "trouble", trouble, untilMs });
    if (pause === null) return;
    this.#retries += 1;
    this.#timer = window.setTimeout(() => void this.#waited(trouble), pause);
  }

  /** The microphone never opens by itself: once the server is back, a click is asked for again. @param {Trouble} trouble */
  async #waited(trouble) {
    const turn = this.#turn;
    try {
      if (trouble === "away") await this.#parts.session.open();
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

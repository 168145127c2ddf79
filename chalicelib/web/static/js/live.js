import { call } from "./api.js";
import { heldBearer } from "./cookieless.js";

const HEARTBEAT_MS = 60_000;
const LIFE_MS = 110 * 60_000; // the gateway closes a socket at two hours: change it before
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const MISSED = 2; // unanswered heartbeats that mean nobody is there
const QUIET_MS = 60_000; // a return to the page after that asks whether anybody is there: sockets die in a sleep
const ANSWER_MS = 10_000;

/** Full jitter, so that a thousand pages do not come back in the same instant. @param {number} attempt */
export const pauseMs = attempt =>
  FIRST_PAUSE_MS / 2 + Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);

/** @param {string} tab */
function address(tab) {
  const url = new URL("/live", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("tab", tab);
  return url;
}

/**
 * The live channel: stays open, comes back by itself. Events: "message" (detail: LiveMessage), "heartbeat" (detail: its
 * answer), "beat" (detail: one that is about to be sent, and may carry more), "open" and "lost" (each time), "state" when
 * `state` has changed.
 */
export class Live extends EventTarget {
  /** @type {"closed" | "connecting" | "open" | "offline"} */
  state = "closed";
  /** The room of which every heartbeat asks how far it is. @type {string | null} */
  follows = null;
  /** @type {WebSocket | null} */
  #socket = null;
  #attempt = 0;
  #turn = 0;
  #unanswered = 0;
  #heardAt = 0; // by the device's clock, which goes on while it sleeps
  /** @type {number | undefined} */
  #patience;
  /** @type {number | undefined} */
  #heartbeat;
  /** @type {number | undefined} */
  #retry;

  /** @param {import("./tab.js").Tab} tab */
  constructor(tab) {
    super();
    this.#tab = tab;
    window.addEventListener("online", () => this.state === "offline" && this.reopen());
    window.addEventListener("offline", () => this.#socket && this.#lost()); // it would stay silently open
    for (const occasion of ["online", "pageshow", "focus"]) window.addEventListener(occasion, this.#doubt);
    document.addEventListener("visibilitychange", this.#doubt);
  }

  #tab;

  open() {
    if (this.state === "closed") this.#connect();
  }

  close() {
    this.#drop();
    this.#attempt = 0;
    this.#become("closed");
  }

  /** A new socket, now: the network is back, or the session is another one. */
  reopen() {
    this.#drop();
    this.#connect();
  }

  /** @param {object} message */
  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #connect() {
    this.#become(this.#attempt ? "offline" : "connecting");
    if (heldBearer()) void this.#connectByTicket();
    else this.#connectTo(address(this.#tab.id));
  }

  /** Sockets carry no bearer: one is opened by a ticket, which is good once. */
  async #connectByTicket() {
    const turn = ++this.#turn;
    const url = address(this.#tab.id);
    try {
      url.searchParams.set("ticket", (await call("POST", "/v1/tickets", { json: {} })).ticket);
    } catch {
      return turn === this.#turn && this.#lost();
    }
    return turn === this.#turn && this.#connectTo(url);
  }

  /** @param {URL} url */
  #connectTo(url) {
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = event => this.#received(event.data);
    socket.onclose = () => this.#lost();
  }

  #opened() {
    this.#attempt = 0;
    this.#hears();
    const bornAt = performance.now();
    this.#heartbeat = window.setInterval(() => this.#beat(bornAt), HEARTBEAT_MS);
    this.#become("open");
    this.dispatchEvent(new Event("open"));
  }

  /** @param {number} bornAt */
  #beat(bornAt) {
    if (this.#unanswered >= MISSED || performance.now() - bornAt > LIFE_MS) return this.#lost();
    this.#unanswered += 1;
    return this.#ask();
  }

  #ask() {
    const message = { action: "heartbeat", room_id: this.follows ?? undefined };
    this.dispatchEvent(new CustomEvent("beat", { detail: message }));
    this.send(message);
  }

  #doubt = () => {
    const askedAt = Date.now();
    const quiet = askedAt - this.#heardAt > QUIET_MS && this.state === "open";
    if (!quiet || this.#patience !== undefined || document.visibilityState === "hidden") return;
    this.#ask();
    this.#patience = window.setTimeout(() => this.giveUp(askedAt), ANSWER_MS);
  };

  /** Somebody has waited in vain for an answer to what was sent then. @param {number} sentAt */
  giveUp(sentAt) {
    if (this.state === "open" && this.#heardAt < sentAt) this.#lost();
  }

  #hears() {
    this.#unanswered = 0;
    this.#heardAt = Date.now();
    window.clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  /** @param {unknown} data */
  #received(data) {
    this.#hears();
    const message = /** @type {LiveMessage} */ (JSON.parse(String(data)));
    const kind = message.type === "heartbeat" ? "heartbeat" : "message";
    this.dispatchEvent(new CustomEvent(kind, { detail: message }));
  }

  #lost() {
    this.#drop();
    this.#become("offline");
    this.#retry = window.setTimeout(() => this.#connect(), pauseMs(this.#attempt));
    this.#attempt += 1;
    this.dispatchEvent(new Event("lost"));
  }

  #drop() {
    this.#turn += 1;
    window.clearInterval(this.#heartbeat);
    window.clearTimeout(this.#retry);
    window.clearTimeout(this.#patience);
    this.#patience = undefined;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** @param {Live["state"]} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

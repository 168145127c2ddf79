import { find, write } from "./dom.js";
import { t } from "./i18n.js";
import { Waveform } from "./waveform.js";

/** @type {Record<Trouble, [title: string, body: string]>} */
const TROUBLES = {
  refused: ["trouble.refused.title", "trouble.refused.body"],
  "no-microphone": ["trouble.no-microphone.title", "trouble.no-microphone.body"],
  "microphone-lost": ["trouble.microphone-lost.title", "trouble.microphone-lost.body"],
  insecure: ["trouble.insecure.title", "trouble.insecure.body"],
  unsupported: ["trouble.unsupported.title", "trouble.unsupported.body"],
  away: ["trouble.away.title", "trouble.away.body"],
  "too-many": ["trouble.too-many.title", "trouble.too-many.body"],
  unexpected: ["trouble.unexpected.title", "trouble.unexpected.body"],
};

/** @type {Record<string, string>} */
const HINTS = {
  "too-quiet": "hint.too-quiet",
  "steady-sound": "hint.steady-sound",
  clipped: "hint.clipped",
  "noise-suppression": "hint.noise-suppression",
  clock: "hint.clock",
  alone: "hint.alone",
};

/** @param {string | null} hint */
const hintText = hint => t((hint && HINTS[hint]) || "hint.alone");

/** @param {ListeningState} state */
function statusText({ phase, sent }) {
  if (phase === "starting") return t("status.starting");
  if (phase === "listening") return t(sent ? "status.comparing" : "status.listening");
  if (phase === "back") return t("status.back");
  return phase === "joined" ? t("status.joined") : "";
}

/** @param {ListeningState} state @returns {[title: string, body: string] | null} */
function adviceText({ phase, hint, trouble }) {
  if (phase === "unheard")
    return [t(hint && hint !== "alone" ? "unheard.title" : "alone.title"), hintText(hint)];
  const keys = trouble && TROUBLES[trouble];
  return keys ? [t(keys[0]), t(keys[1])] : null;
}

/** The ear, the ring of sound round it, and what is happening, in words. */
export class ListenerView {
  #root = find(".listener", HTMLElement);
  #ear = find("#ear", HTMLButtonElement);
  #label = find(".ear-label", HTMLElement);
  #status = find("#status", HTMLElement);
  #count = find(".count", HTMLElement);
  #tip = find(".tip", HTMLElement);
  #advice = find(".advice", HTMLElement);
  #wave = new Waveform(find(".wave", HTMLCanvasElement));
  /** @type {number | undefined} */
  #ticking;

  /** @param {import("./listening.js").Listening} listening */
  constructor(listening) {
    this.#listening = listening;
    const toggle = () => (listening.active ? listening.stop() : void listening.start());
    this.#ear.addEventListener("click", toggle);
    find(".again", HTMLButtonElement, this.#advice).addEventListener("click", toggle);
    listening.addEventListener("change", () => this.#show());
    listening.addEventListener("samples", event =>
      this.#wave.add(/** @type {CustomEvent<Float32Array>} */ (event).detail),
    );
    this.#ear.disabled = false;
  }

  #listening;

  #show() {
    const { state, active } = this.#listening;
    this.#turn(state.phase);
    write(this.#label, t(active ? "ear.stop" : "ear.listen"));
    write(this.#status, statusText(state));
    this.#tip.hidden = !(state.phase === "listening" && state.hint);
    write(this.#tip, this.#tip.hidden ? "" : hintText(state.hint));
    this.#advise(state);
    this.#tick();
  }

  /** @param {Phase} phase */
  #turn(phase) {
    const before = this.#root.dataset.phase;
    if (before === phase) return;
    this.#root.dataset.phase = phase;
    if (phase === "listening") this.#wave.start();
    if (before === "listening") this.#wave.stop();
  }

  /** @param {ListeningState} state */
  #advise(state) {
    const advice = adviceText(state);
    this.#advice.hidden = !advice;
    write(find(".advice-title", HTMLElement, this.#advice), advice?.[0] ?? "");
    write(find(".advice-body", HTMLElement, this.#advice), advice?.[1] ?? "");
    find(".again", HTMLButtonElement, this.#advice).hidden =
      state.trouble === "insecure" || state.trouble === "unsupported";
  }

  /** Seconds are shown, not spoken: a count read aloud every second helps nobody. */
  #tick() {
    window.clearTimeout(this.#ticking);
    const { untilMs, trouble } = this.#listening.state;
    const left = untilMs === null ? 0 : Math.max(0, untilMs - performance.now());
    const key = trouble ? "count.retry" : "count.left";
    write(this.#count, left ? t(key, { count: Math.ceil(left / 1000) }) : "");
    if (left) this.#ticking = window.setTimeout(() => this.#tick(), left % 1000 || 1000);
  }
}

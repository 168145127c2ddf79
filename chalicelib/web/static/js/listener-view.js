import { find, write } from "./dom.js";
import { t } from "./i18n.js";
import { adviceText, statusText, tipText } from "./listening-state.js";
import { Waveform } from "./waveform.js";

/** @type {Set<Trouble | null>} what a second try will not change, or not yet */
const NO_USE = new Set(["insecure", "unsupported", "too-many"]);
/** @type {Set<string | undefined>} phases in which the microphone is open */
const HEARING = new Set(["listening", "finishing"]);

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
    if (this.#listening.barred) this.#ear.setAttribute("aria-disabled", "true");
    else this.#ear.removeAttribute("aria-disabled");
    write(this.#status, statusText(state));
    write(this.#tip, tipText(state));
    this.#advise(state);
    this.#tick();
  }

  /** @param {Phase} phase */
  #turn(phase) {
    const before = this.#root.dataset.phase;
    if (before === phase) return;
    this.#root.dataset.phase = phase;
    if (phase === "listening") this.#wave.start();
    if (HEARING.has(before) && !HEARING.has(phase)) this.#wave.stop();
  }

  /** @param {ListeningState} state */
  #advise(state) {
    const advice = adviceText(state);
    this.#advice.hidden = !advice;
    write(find(".advice-title", HTMLElement, this.#advice), advice?.[0] ?? "");
    write(find(".advice-body", HTMLElement, this.#advice), advice?.[1] ?? "");
    find(".again", HTMLButtonElement, this.#advice).hidden = NO_USE.has(state.trouble);
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

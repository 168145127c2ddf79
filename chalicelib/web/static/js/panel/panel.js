import { find, write } from "../dom.js";
import { t } from "../i18n.js";
import { initials } from "../initials.js";
import { recall, recallHere, remember, rememberHere } from "../memory.js";

const HOME = "home";
const KEPT = ["links"]; // steps that a reload, or a tab opened again, comes back to

/** A person's own corner: opened from their name, one step shown at a time. Event "step" (detail: its name). */
export class Panel extends EventTarget {
  #button = find("#me", HTMLButtonElement);
  #root = find("#panel", HTMLElement);

  /** @param {import("../session.js").Session} session */
  constructor(session) {
    super();
    this.#session = session;
    this.#button.hidden = false;
    this.#button.addEventListener("click", () => (this.isOpen ? this.close() : this.open()));
    find(".panel-close", HTMLButtonElement).addEventListener("click", () => this.close());
    this.#root.addEventListener("keydown", event => event.key === "Escape" && this.close());
    for (const button of this.#root.querySelectorAll("[data-go]"))
      button.addEventListener("click", () => this.show(button.getAttribute("data-go") ?? HOME));
    session.addEventListener("change", () => this.#fit());
    session.addEventListener("change", () => this.#remind());
    this.#fit();
    if (recall("panel") === "open") this.#turn(true);
  }

  #session;
  #turned = recall("panel") !== null; // by the person, here or on a visit before

  get isOpen() {
    return !this.#root.hidden;
  }

  open(step = HOME) {
    this.#turn(true);
    this.#keep("open");
    this.show(step);
  }

  close() {
    this.#turn(false);
    this.#keep("closed");
    this.#button.focus();
  }

  /** As it was before an accident: what was open, where one was; nobody's focus is taken. */
  restore() {
    const step = recallHere("step");
    if (this.isOpen && step !== null && KEPT.includes(step)) this.#turnTo(step);
  }

  /** @param {string} step */
  #turnTo(step) {
    for (const section of this.#root.querySelectorAll("[data-step]"))
      section.toggleAttribute("hidden", section.getAttribute("data-step") !== step);
    rememberHere("step", step);
    this.dispatchEvent(new CustomEvent("step", { detail: step }));
  }

  /** Another step, read from its heading on. @param {string} step */
  show(step) {
    this.#turnTo(step);
    const heading = find(`[data-step="${step}"] h2`, HTMLElement, this.#root);
    heading.focus();
    heading.scrollIntoView({ block: "nearest" });
  }

  /** Does something each time a step is shown. @param {string} step @param {() => unknown} act */
  onstep(step, act) {
    this.addEventListener("step", event => /** @type {CustomEvent} */ (event).detail === step && act());
  }

  /** @param {boolean} open */
  #turn(open) {
    this.#root.hidden = !open;
    this.#button.setAttribute("aria-expanded", String(open));
    document.body.toggleAttribute("data-panel", open);
  }

  /** @param {"open" | "closed"} panel */
  #keep(panel) {
    this.#turned = true;
    remember("panel", panel);
    void this.#session.prefer({ panel });
  }

  /** Some browsers forget what a page keeps sooner than the session ends: then the session knows. */
  #remind() {
    const { panel } = this.#session.who?.preferences ?? {};
    if (this.#turned || !panel) return;
    this.#turned = true;
    remember("panel", panel);
    this.#turn(panel === "open");
  }

  /** Shows the name, and what is of use to a guest, to someone signed in, to who may have an account. */
  #fit() {
    const who = this.#session.who;
    write(find(".me-name", HTMLElement, this.#button), who?.participant_name ?? t("panel.nobody"));
    write(find(".me-face", HTMLElement, this.#button), initials(who?.participant_name ?? ""));
    const email = who?.account?.email ?? "";
    for (const one of this.#root.querySelectorAll(".own-email")) write(one, email);
    for (const one of this.#root.querySelectorAll(".own-address")) one.setAttribute("value", email);
    const guest = !who?.account;
    const session = Boolean(who);
    const kinds = {
      guest,
      signed: !guest,
      session,
      left: guest && session,
      grown: guest && who?.age !== "child",
    };
    for (const [kind, fits] of Object.entries(kinds))
      for (const one of this.#root.querySelectorAll(`[data-when="${kind}"]`))
        one.toggleAttribute("hidden", !fits);
  }
}

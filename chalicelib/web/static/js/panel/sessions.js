import { call } from "../api.js";
import { copy, find, write } from "../dom.js";
import { busy, onSubmit } from "../forms.js";
import { dayAndTime, t } from "../i18n.js";
import { say } from "../notices.js";

const STEP = "sessions";

/** On which devices I am: each can be ended, and all at once. */
export class MySessions {
  #root = find(`[data-step="${STEP}"]`, HTMLElement);
  #list = find(".sessions", HTMLElement, this.#root);

  /** @param {import("./panel.js").Panel} panel @param {import("../session.js").Session} session */
  constructor(panel, session) {
    this.#panel = panel;
    this.#session = session;
    panel.onstep(STEP, () => busy(this.#root, () => this.#read()));
    onSubmit(find('[data-form="everywhere"]', HTMLFormElement), () => this.#endAll());
    const home = find('[data-step="home"]', HTMLElement);
    find(".log-out", HTMLButtonElement).addEventListener("click", () => busy(home, () => this.#logOut()));
    session.addEventListener("change", () => session.who || this.#list.replaceChildren());
  }

  #panel;
  #session;

  async #read() {
    const { sessions } = await call("GET", "/v1/sessions");
    this.#list.replaceChildren(...sessions.map((/** @type {ListedSession} */ one) => this.#item(one)));
  }

  /** @param {ListedSession} one */
  #item(one) {
    const item = copy("#listed-session");
    write(find(".listed-what", HTMLElement, item), t(one.current ? "sessions.here" : "sessions.elsewhere"));
    const when = t(one.current ? "sessions.when-here" : "sessions.when", {
      opened: dayAndTime(one.opened_at_ms),
      used: dayAndTime(one.used_at_ms),
    });
    write(find(".listed-when", HTMLElement, item), when);
    const button = find("button", HTMLButtonElement, item);
    write(button, t(one.current ? "sessions.end-here" : "sessions.end"));
    button.addEventListener("click", () => busy(this.#root, () => this.#end(one)));
    return item;
  }

  /** @param {ListedSession} one */
  async #end(one) {
    await call("DELETE", `/v1/sessions/${encodeURIComponent(one.id)}`, { renews: true });
    say(t("sessions.ended"));
    if (one.current) return this.#over();
    await this.#read();
    return find(`#step-${STEP}`, HTMLElement).focus(); // the button that had it is gone
  }

  async #logOut() {
    await call("DELETE", "/v1/session", { renews: true });
    say(t("sessions.logged-out"));
    this.#over();
  }

  async #endAll() {
    await call("DELETE", "/v1/sessions", { renews: true });
    say(t("sessions.ended-all"));
    this.#over();
  }

  #over() {
    this.#list.replaceChildren();
    this.#session.end();
    this.#panel.show("home");
  }
}

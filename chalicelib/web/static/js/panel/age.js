import { call } from "../api.js";
import { cookiesRefused } from "../cookieless.js";
import { find } from "../dom.js";
import { onSubmit } from "../forms.js";
import { language } from "../i18n.js";
import { remember } from "../memory.js";
import { offerBirthMonths } from "./birth-month.js";

/** The same question to everybody, before a name or an address is taken: no default, no hint of what is hoped for. */
export class AgeQuestion {
  #wanted = "home";
  #refused = false; // what a browser with cookies has as a flag
  #form = find('[data-form="age"]', HTMLFormElement);

  /** @param {import("./panel.js").Panel} panel @param {import("../session.js").Session} session */
  constructor(panel, session) {
    this.#panel = panel;
    this.#session = session;
    offerBirthMonths();
    const guardian = find('[data-form="guardian"]', HTMLFormElement);
    onSubmit(guardian, async ({ email }) => {
      await call("POST", "/v1/session/age/guardian", { json: { email, language } });
      guardian.reset();
      await this.#known();
      panel.show("guardian-asked");
    });
    onSubmit(this.#form, ({ birth_month, birth_year }) => this.#say(Number(birth_month), Number(birth_year)));
  }

  #panel;
  #session;

  /**
   * Shows a step of the panel, after the question if it has not been answered yet: by a grown-up, perhaps, since this
   * page was opened. @param {string} step
   */
  async before(step) {
    this.#wanted = step;
    if (!this.#session.who?.age) await this.#session.read().catch(() => {}); // away: the question will say so
    const question = this.#refused && cookiesRefused() ? "guardian" : "age";
    this.#panel.show(this.#session.who?.age ? step : question);
  }

  /** @param {number} month @param {number} year */
  async #say(month, year) {
    const { outcome } = await call("POST", "/v1/session/age", {
      json: { birth_month: month, birth_year: year },
    });
    this.#form.reset();
    this.#refused = outcome === "guardian_needed";
    if (this.#refused) return this.#panel.show("guardian");
    await this.#known();
    return this.#panel.show(this.#wanted);
  }

  /** The answer came with a session, if there was none. */
  #known() {
    remember("session", "yes");
    return this.#session.read();
  }
}

import { call, Refused } from "../api.js";
import { find } from "../dom.js";
import { onSubmit } from "../forms.js";
import { t } from "../i18n.js";
import { say } from "../notices.js";
import { kindOf } from "../problems.js";

const OWN = { "wrong-credentials": "log-in.wrong", "second-factor-required": "code.wrong" };

/** A code as it is sent: apps and papers show it in groups. @param {string | undefined} code */
export const bare = code => code?.replace(/\s/g, "");

/** Address and password, then a second factor where the account has one. */
export class LogIn {
  #form = find('[data-form="log-in"]', HTMLFormElement);
  #second = find(".second-factor", HTMLElement, this.#form);
  #code = find('[name="totp"]', HTMLInputElement, this.#form);

  /** @param {import("./panel.js").Panel} panel @param {import("../session.js").Session} session */
  constructor(panel, session) {
    this.#panel = panel;
    this.#session = session;
    this.#ask(false);
    onSubmit(this.#form, values => this.#send(values), OWN);
  }

  #panel;
  #session;

  /** @param {import("../forms.js").Values} values */
  async #send({ email, password, totp }) {
    try {
      const json = { email, password, totp: bare(totp) };
      this.#session.take(await call("POST", "/v1/session/login", { json, renews: true }));
    } catch (error) {
      if (!(error instanceof Refused) || kindOf(error) !== "second-factor-required" || totp) throw error;
      this.#ask(true);
      return;
    }
    this.#form.reset();
    this.#ask(false);
    this.#panel.show("home");
    say(t("log-in.done"));
  }

  /** @param {boolean} asked a field that is not asked for holds nothing up */
  #ask(asked) {
    this.#second.hidden = !asked;
    this.#code.disabled = !asked;
    if (asked) this.#code.focus();
  }
}

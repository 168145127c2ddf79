import { call } from "../api.js";
import { find, write } from "../dom.js";
import { busy, onSubmit } from "../forms.js";
import { language, t } from "../i18n.js";
import { consentBox } from "./consent-box.js";

/** An account, and a way back for who forgot the password: both end in “look at your mail”, whoever asks. */
export class Registration {
  #form = find('[data-form="register"]', HTMLFormElement);
  #boxes = find(".consent-boxes", HTMLElement, this.#form);

  /** @param {import("./panel.js").Panel} panel @param {import("./age.js").AgeQuestion} age */
  constructor(panel, age) {
    this.#panel = panel;
    find(".to-register", HTMLButtonElement).addEventListener("click", () => void age.before("register"));
    panel.onstep("register", () => busy(this.#form, () => this.#offer()));
    onSubmit(this.#form, values => this.#register(values));
    const forgot = find('[data-form="forgot"]', HTMLFormElement);
    onSubmit(forgot, async ({ email = "" }) => {
      await call("POST", "/v1/accounts/password-reset", { json: { email, language } });
      this.#sent(forgot, email);
    });
  }

  #panel;

  /** Every purpose with its text in force, none of them ticked; what was ticked stays. */
  async #offer() {
    if (this.#boxes.childElementCount) return;
    /** @type {{consents: Consent[]}} */
    const { consents } = await call("GET", `/v1/consents?language=${language}`);
    this.#boxes.replaceChildren(...consents.map(one => consentBox(one, `agree-${one.purpose}`).label));
  }

  /** @param {import("../forms.js").Values} values */
  async #register({ email = "", password }) {
    const boxes = /** @type {HTMLInputElement[]} */ ([...this.#boxes.querySelectorAll("input")]);
    const consents = Object.fromEntries(boxes.map(({ name, checked }) => [name, checked]));
    await call("POST", "/v1/accounts", { json: { email, password, consents, language } });
    this.#sent(this.#form, email);
  }

  /** @param {HTMLFormElement} form @param {string} email */
  #sent(form, email) {
    form.reset();
    write(find(".mail-sent-body", HTMLElement), t("mail-sent.body", { email }));
    this.#panel.show("mail-sent");
  }
}

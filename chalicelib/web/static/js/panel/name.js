import { find, write } from "../dom.js";
import { busy, onSubmit } from "../forms.js";
import { t } from "../i18n.js";
import { say } from "../notices.js";

/** My name: as the others see it, changed, deleted. */
export class OwnName {
  #block = find('[data-step="home"] .block', HTMLElement);
  #form = find('[data-form="name"]', HTMLFormElement);

  /**
   * @param {import("./panel.js").Panel} panel @param {import("../session.js").Session} session
   * @param {import("./age.js").AgeQuestion} age
   */
  constructor(panel, session, age) {
    this.#panel = panel;
    this.#session = session;
    find(".change-name", HTMLButtonElement, this.#block).addEventListener(
      "click",
      () => void age.before("name"),
    );
    find(".delete-name", HTMLButtonElement, this.#block).addEventListener("click", () =>
      busy(this.#block, () => this.#delete()),
    );
    onSubmit(this.#form, ({ participant_name }) => this.#rename(participant_name ?? ""));
    session.addEventListener("change", () => this.#show());
    this.#show();
  }

  #panel;
  #session;

  /** @param {string} name */
  async #rename(name) {
    await this.#session.change({ participant_name: name });
    this.#form.reset();
    this.#done("name.changed");
  }

  async #delete() {
    await this.#session.change({ participant_name: null });
    this.#done("name.deleted");
  }

  /** @param {"name.changed" | "name.deleted"} key */
  #done(key) {
    this.#panel.show("home");
    say(t(key, { name: this.#session.who?.participant_name ?? "" }));
  }

  #show() {
    const who = this.#session.who;
    write(find(".own-name", HTMLElement, this.#block), who?.participant_name ?? t("name.none"));
    find(".change-name", HTMLElement, this.#block).toggleAttribute("data-nobody", !who);
    find(".delete-name", HTMLButtonElement, this.#block).hidden = !who?.named;
    find(".nickname-only", HTMLElement, this.#form).hidden = who?.age !== "child";
  }
}

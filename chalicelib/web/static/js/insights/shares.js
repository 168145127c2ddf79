import { call } from "../api.js";
import { copy, find, write } from "../dom.js";
import { busy, copyField, onSubmit } from "../forms.js";
import { dayAndTime, t } from "../i18n.js";

/** The links that lead to a report: made, copied once, ended. */
export class Shares {
  #root = find(".shares", HTMLElement);
  #form = find("form", HTMLFormElement, this.#root);
  #made = find(".share-made", HTMLElement, this.#root);
  #link = find(".link-text", HTMLInputElement, this.#root);
  #list = find(".share-list", HTMLElement, this.#root);
  #said = find(".share-said", HTMLElement, this.#root);
  #shownId = "";

  /** @param {string} path of the report's links */
  constructor(path) {
    this.#path = path;
    onSubmit(this.#form, ({ days }) => this.#make(Number(days)), { conflict: "share.too-many" });
    find(".copy-link", HTMLButtonElement, this.#root).addEventListener("click", () => void this.#copy());
  }

  #path;

  /** There is a report to share. */
  async open() {
    if (!this.#root.hidden) return;
    this.#root.hidden = false;
    await busy(this.#form, () => this.#read());
  }

  async #read() {
    const { shares } = await call("GET", this.#path);
    this.#list.replaceChildren(.../** @type {ReportShare[]} */ (shares).map(one => this.#entry(one)));
  }

  /** @param {number} days */
  async #make(days) {
    const names = find("#share-names", HTMLInputElement).checked;
    const made = await call("POST", this.#path, { json: { days, names } });
    this.#shownId = made.share_id;
    this.#link.value = made.link;
    this.#made.hidden = false;
    write(this.#said, t("share.made", { until: dayAndTime(made.expires_at_ms) }));
    this.#link.select();
    await this.#read();
  }

  async #copy() {
    write(this.#said, await copyField(this.#link));
  }

  /** @param {ReportShare} share */
  #entry({ share_id: id, made_at_ms: made, expires_at_ms: until, names }) {
    const item = copy("#share");
    const when = { made: dayAndTime(made), until: dayAndTime(until) };
    const words = t(names ? "share.with-names" : "share.without-names", when);
    write(find(".share-until", HTMLElement, item), words);
    const end = find("button", HTMLButtonElement, item);
    write(find(".unseen", HTMLElement, end), `: ${words}`);
    end.addEventListener("click", () => void busy(this.#form, () => this.#end(id)));
    return item;
  }

  /** @param {string} id */
  async #end(id) {
    await call("DELETE", `${this.#path}/${encodeURIComponent(id)}`);
    if (id === this.#shownId) this.#made.hidden = true;
    await this.#read();
    write(this.#said, t("share.ended"));
    find("#shares-title", HTMLElement).focus();
  }
}

import { frameable } from "../content/framing.js";
import { writeLife } from "../content/life.js";
import { REASONS } from "../content/reasons.js";
import { arrange, copy, find, write } from "../dom.js";
import { busy, onSubmit } from "../forms.js";
import { t } from "../i18n.js";
import { recall, remember } from "../memory.js";
import { brief, say } from "../notices.js";

const STEP = "links";
const FULL = { conflict: "links.full" };
const TICK_MS = 10_000;
const NOTICE = "show-notice";
const BARE = /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+(:\d+)?([/?#]|$)/u;

/** Nobody types https://. @param {string} typed */
const asUrl = typed => (BARE.test(typed) ? `https://${typed}` : typed);

/** My links: staged, shown, taken back, deleted. What the list shows is what the cloud holds. */
export class MyLinks {
  #root = find(`[data-step="${STEP}"]`, HTMLElement);
  #list = find(".links", HTMLElement, this.#root);
  #form = find('[data-form="stage"]', HTMLFormElement);
  #notice = find(".show-notice", HTMLElement, this.#root);
  /** @type {Map<string, HTMLElement>} by content */
  #cards = new Map();

  /**
   * @param {import("./panel.js").Panel} panel @param {import("../content/staged.js").Staged} staged
   * @param {import("../room.js").Room} room @param {import("../content/server-time.js").ServerTime} time
   */
  constructor(panel, staged, room, time) {
    this.#staged = staged;
    this.#room = room;
    this.#time = time;
    panel.onstep(STEP, () => busy(this.#root, () => staged.read()));
    onSubmit(this.#form, values => this.#stage(values), { ...REASONS, ...FULL });
    staged.addEventListener("change", () => this.#show());
    room.addEventListener("change", () => this.#follow());
    window.setInterval(() => {
      staged.expire(time.now());
      this.#tick();
    }, TICK_MS);
    this.#notice.hidden = recall(NOTICE) === "seen";
    find("button", HTMLButtonElement, this.#notice).addEventListener("click", () => {
      this.#notice.hidden = true;
      remember(NOTICE, "seen");
      find(`#step-${STEP}`, HTMLElement).focus();
    });
    this.#show();
  }

  #staged;
  #room;
  #time;

  /** @param {import("../forms.js").Values} values */
  async #stage({ url = "", title = "" }) {
    const item = await this.#staged.stage(asUrl(url.trim()), title);
    this.#form.reset();
    say(t("links.staged", { title: brief(item.title ?? item.host) }));
    find("#link-url", HTMLInputElement).focus();
  }

  /** Was something of mine shown or taken away, perhaps from another tab or by the organiser? */
  #follow() {
    const { id, state } = this.#room;
    const mine = (state?.content ?? []).filter(one => one.participant_id === state?.answer.me);
    const listed = this.#staged.items.filter(item => item.shown_in === id);
    const same = mine.every(one =>
      listed.some(item => item.content_id === one.content_id && item.shown_as === one.as),
    );
    if (!same || mine.length !== listed.length) this.#staged.refresh();
    this.#tick();
  }

  #show() {
    const { items } = this.#staged;
    const focused = document.activeElement;
    const card = focused?.closest(".link-item");
    for (const id of this.#cards.keys())
      if (!items.some(item => item.content_id === id)) this.#cards.delete(id);
    arrange(
      this.#list,
      [...items].reverse().map(item => this.#card(item)),
    );
    find(".links-none", HTMLElement, this.#root).hidden = items.length > 0;
    find(".links-acts", HTMLElement, this.#root).hidden = items.length === 0;
    this.#tick();
    if (card instanceof HTMLElement && focused instanceof HTMLElement) this.#keepFocus(focused, card);
  }

  /** What had it may have gone, or be hidden by its own act. @param {HTMLElement} focused @param {HTMLElement} card */
  #keepFocus(focused, card) {
    if (card.isConnected && !focused.hidden) return;
    const next = card.isConnected ? card.querySelector("button:not([hidden])") : null;
    /** @type {HTMLElement} */ (next ?? find(`#step-${STEP}`, HTMLElement)).focus();
  }

  /** The one that stands already: nothing of a link ever changes but what is written into it. @param {StagedItem} item */
  #card(item) {
    const made = this.#cards.get(item.content_id) ?? this.#item(item);
    this.#cards.set(item.content_id, made);
    return made;
  }

  /** @param {StagedItem} item */
  #item(item) {
    const made = copy("#link-item");
    made.dataset.content = item.content_id;
    write(find(".link-title", HTMLElement, made), item.title ?? item.host);
    const address = find(".link-url", HTMLAnchorElement, made);
    write(address, item.url);
    address.href = item.url;
    for (const name of made.querySelectorAll(".unseen")) write(name, item.title ?? item.host);
    this.#onclick(made, ".link-frame", () => this.#showIt(item, "frame"));
    this.#onclick(made, ".link-card", () => this.#showIt(item, "card"));
    this.#onclick(made, ".link-back", () => this.#staged.takeBack(item));
    this.#onclick(made, ".link-delete", () => this.#staged.remove(item));
    return made;
  }

  /** @param {StagedItem} item @param {"card" | "frame"} as */
  async #showIt(item, as) {
    const { id } = this.#room;
    if (id) await this.#staged.show(item, id, as);
  }

  /** @param {HTMLElement} made @param {string} button @param {() => Promise<unknown>} act */
  #onclick(made, button, act) {
    const acting = async () => void (await act());
    find(button, HTMLButtonElement, made).addEventListener("click", () => busy(this.#root, acting, FULL));
  }

  /** What changes while the list stands: lives, and where things are shown. */
  #tick() {
    find(".links-outside", HTMLElement, this.#root).hidden = Boolean(this.#room.id);
    for (const item of this.#staged.items) {
      const made = this.#cards.get(item.content_id);
      if (made) this.#write(made, item);
    }
  }

  /** @param {HTMLElement} made @param {StagedItem} item */
  #write(made, item) {
    const here = this.#staged.isHere(item);
    const longer = t(here ? "life.mine" : "life.elsewhere");
    writeLife(find("time", HTMLTimeElement, made), item.expires_at_ms, this.#time.now(), longer);
    const shown = this.#room.id !== null && item.shown_in === this.#room.id;
    write(find(".link-shown", HTMLElement, made), t(this.#stateKey(item, shown)));
    made.toggleAttribute("data-shown", item.shown_in !== null);
    const hide = (/** @type {string} */ button, /** @type {boolean} */ hidden) => {
      find(button, HTMLButtonElement, made).hidden = hidden;
    };
    const offered = this.#room.id !== null && frameable(item.url, location);
    hide(".link-frame", !offered || (shown && item.shown_as === "frame"));
    hide(".link-card", this.#room.id === null || (shown && item.shown_as === "card"));
    hide(".link-back", item.shown_in === null);
    find(".link-unframed", HTMLElement, made).hidden = frameable(item.url, location);
  }

  /** @param {StagedItem} item @param {boolean} shown */
  #stateKey({ shown_in, shown_as }, shown) {
    if (shown) return shown_as === "frame" ? "links.shown-frame" : "links.shown-card";
    return shown_in ? "links.shown-elsewhere" : "links.hidden";
  }
}

import { call, Refused } from "../api.js";
import { find, write } from "../dom.js";
import { busy } from "../forms.js";
import { t } from "../i18n.js";
import { nameOf } from "../room-state.js";
import { frameable } from "./framing.js";
import { writeLife } from "./life.js";

const SANDBOX = "allow-scripts allow-same-origin allow-forms allow-popups"; // its own origin, never ours: see frameable

/** @param {ShownContent} one */
function frame({ url, title, host }) {
  const made = document.createElement("iframe");
  made.setAttribute("sandbox", SANDBOX);
  made.allow = "";
  made.referrerPolicy = "no-referrer";
  made.loading = "lazy";
  made.title = t("content.frame", { title: title ?? host });
  made.src = url;
  return made;
}

/** One shown link: the card that always stands, and the page below it where that was chosen. */
export class ShownCard {
  /**
   * @param {HTMLElement} element @param {ShownContent} one
   * @param {{room: import("../room.js").Room, staged: import("./staged.js").Staged, focus: () => void}} acts
   */
  constructor(element, one, acts) {
    this.element = element;
    this.#one = one;
    this.#acts = acts;
    this.#write();
    this.#onclick(".shown-back", () => acts.staged.takeBack(one));
    this.#onclick(".shown-delete", () => acts.staged.remove(one));
    this.#onclick(".shown-off", () => this.#takeOff());
  }

  #one;
  #acts;
  /** @type {string | undefined} as it was last seen: who is away keeps it */
  #name;

  /** The same link, shown in the same way. @param {ShownContent} other */
  fits({ url, title, as }) {
    return url === this.#one.url && title === this.#one.title && as === this.#one.as;
  }

  #write() {
    const { url, title, host, as } = this.#one;
    this.element.dataset.content = this.#one.content_id;
    write(find(".shown-title", HTMLElement, this.element), title ?? host);
    write(find(".shown-host", HTMLElement, this.element), title ? host : "");
    find(".shown-open", HTMLAnchorElement, this.element).href = url;
    if (as !== "frame" || !frameable(url, location)) return;
    const place = find(".shown-page", HTMLElement, this.element);
    place.append(frame(this.#one));
    place.hidden = false;
  }

  /** What changes while it stands. @param {ShownContent} one @param {import("../room-state.js").RoomState | null} state @param {number} nowMs */
  write({ participant_id: id, participant_name, expires_at_ms }, state, nowMs) {
    const mine = id === state?.answer.me;
    this.#name = nameOf(state, id) ?? this.#name;
    const name = this.#name ?? participant_name;
    write(
      find(".shown-by", HTMLElement, this.element),
      mine ? t("content.by-me") : t("content.by", { name }),
    );
    writeLife(find("time", HTMLTimeElement, this.element), expires_at_ms, nowMs, this.#longer(mine, name));
    for (const own of [".shown-back", ".shown-delete"])
      find(own, HTMLButtonElement, this.element).hidden = !mine;
    find(".shown-off", HTMLButtonElement, this.element).hidden = mine || !state?.answer.organiser;
  }

  /** What would extend its life; mine may be another tab's. @param {boolean} mine @param {string} name */
  #longer(mine, name) {
    if (!mine) return t("life.theirs", { name });
    return t(this.#acts.staged.ids.includes(this.#one.content_id) ? "life.mine" : "life.elsewhere");
  }

  /** @param {string} button @param {() => Promise<unknown>} act */
  #onclick(button, act) {
    find(button, HTMLButtonElement, this.element).addEventListener("click", () =>
      busy(this.element, async () => void (await act())),
    );
  }

  async #takeOff() {
    try {
      await call("DELETE", `/v1/rooms/${this.#acts.room.id}/content/${this.#one.content_id}`);
    } catch (error) {
      if (!(error instanceof Refused && error.status === 404)) throw error; // gone meanwhile
      this.#acts.room.refresh();
    }
  }
}

import { grouped, makeCode, spelled } from "./codes.js";
import { find, write } from "./dom.js";
import { busy } from "./forms.js";
import { clockTime, t } from "./i18n.js";

const LIVES_MS = 10 * 60_000; // promised; counted here, where the device's own clock may be wrong

/** A code for whoever comes next, shown large; the next one as soon as it is used or over. */
export class Invite {
  #root = find(".invite", HTMLElement);
  #card = find(".invite-card", HTMLElement);
  #turn = find(".invite-turn", HTMLButtonElement);
  /** @type {Set<string> | null} who is here by code; null: not read yet */
  #here = null;
  /** @type {number | undefined} */
  #timer;
  #madeAt = 0;
  #asked = 0;

  /** @param {import("./room.js").Room} room */
  constructor(room) {
    this.#room = room;
    this.#turn.addEventListener("click", () => (this.shown ? this.clear() : void this.next()));
    room.addEventListener("knock", event => {
      const { via } = /** @type {CustomEvent<LiveMessage>} */ (event).detail;
      if (via === "code" && this.shown) void this.next(); // whoever is at the door holds theirs
    });
    room.addEventListener("change", () => this.#arrived() && this.shown && void this.next());
    document.addEventListener("visibilitychange", () => this.#wake());
    for (const occasion of ["online", "pageshow", "focus"])
      window.addEventListener(occasion, () => this.#wake());
    this.clear();
  }

  #room;

  get shown() {
    return !this.#card.hidden;
  }

  /** A code for the room this page is in, or what keeps it from being made. */
  async next() {
    const id = this.#room.id;
    const asked = ++this.#asked;
    await busy(this.#root, async () => {
      try {
        const made = await makeCode(id);
        if (asked === this.#asked) this.show(made);
      } catch (error) {
        if (asked !== this.#asked) return; // hidden meanwhile
        this.clear(); // the one shown lets nobody in
        throw error;
      }
    });
  }

  /** @param {import("./codes.js").ShownCode} made */
  show({ code, qr, expires_at_ms }) {
    const until = clockTime(expires_at_ms);
    find("img", HTMLImageElement, this.#card).src = qr;
    write(find(".code-letters", HTMLElement, this.#card), grouped(code));
    write(find(".invite-until", HTMLElement, this.#card), t("invite.until", { until }));
    write(find(".invite-said", HTMLElement), t("invite.said", { code: spelled(code), until }));
    this.#turnTo(true);
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.next(), LIVES_MS);
    this.#madeAt = Date.now();
  }

  /** Timers sleep with the device, codes do not. */
  #wake() {
    if (this.shown && Date.now() - this.#madeAt >= LIVES_MS) void this.next();
  }

  /** No code is shown. */
  clear() {
    this.#asked += 1;
    window.clearTimeout(this.#timer);
    write(find(".form-problem", HTMLElement, this.#root), "");
    write(find(".invite-said", HTMLElement), "");
    find("img", HTMLImageElement, this.#card).removeAttribute("src");
    write(find(".code-letters", HTMLElement, this.#card), "");
    this.#turnTo(false);
  }

  /** Another meeting: nobody of it is known yet. */
  forget() {
    this.#here = null;
    this.clear();
  }

  /** @param {boolean} shown */
  #turnTo(shown) {
    this.#card.hidden = !shown;
    write(this.#turn, t(shown ? "invite.hide" : "invite.open"));
  }

  /** Has somebody come by a code since the last look? */
  #arrived() {
    const before = this.#here;
    const people = this.#room.state?.people ?? [];
    this.#here = new Set(people.filter(one => one.via === "code").map(one => one.participant_id));
    return before !== null && [...this.#here].some(id => !before.has(id));
  }
}

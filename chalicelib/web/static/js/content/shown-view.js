import { copy, find } from "../dom.js";
import { ShownCard } from "./shown-card.js";

const TICK_MS = 10_000;

/** What the meeting shows, the newest first. A frame that stands is never moved or made anew: it would load again. */
export class ShownView {
  #root = find(".content", HTMLElement);
  #list = find(".shown-list", HTMLElement, this.#root);
  #empty = find(".content-empty", HTMLElement, this.#root);
  #title = find("#content-title", HTMLElement, this.#root);
  /** @type {Map<string, ShownCard>} */
  #cards = new Map();

  /**
   * @param {import("../room.js").Room} room @param {import("./staged.js").Staged} staged
   * @param {import("./server-time.js").ServerTime} time @param {() => void} openLinks
   */
  constructor(room, staged, time, openLinks) {
    this.#room = room;
    this.#acts = { room, staged, focus: () => this.#title.focus() };
    this.#time = time;
    room.addEventListener("change", () => this.#show());
    for (const button of this.#root.querySelectorAll(".open-links"))
      button.addEventListener("click", openLinks);
    window.setInterval(() => this.#tick(), TICK_MS);
  }

  #room;
  #acts;
  #time;

  /** A meeting not read yet shows nothing, and does not say that nothing is shown. */
  clear() {
    this.#cards.clear();
    this.#list.replaceChildren();
    this.#empty.hidden = true;
    this.#root.setAttribute("aria-busy", "true");
  }

  #show() {
    const { state } = this.#room;
    if (!state) return;
    this.#root.removeAttribute("aria-busy");
    const wanted = [...state.content].reverse();
    for (const [id, card] of this.#cards)
      if (!wanted.some(one => one.content_id === id && card.fits(one))) this.#drop(id, card);
    let place = this.#list.firstElementChild;
    for (const one of wanted) {
      const known = this.#cards.get(one.content_id);
      if (known) place = known.element.nextElementSibling;
      else this.#list.insertBefore(this.#add(one).element, place);
    }
    this.#empty.hidden = wanted.length > 0;
    this.#tick();
  }

  /** @param {ShownContent} one */
  #add(one) {
    const card = new ShownCard(copy("#shown"), one, this.#acts);
    this.#cards.set(one.content_id, card);
    return card;
  }

  /** @param {string} id @param {ShownCard} card */
  #drop(id, card) {
    const focused = card.element.contains(document.activeElement);
    card.element.remove();
    this.#cards.delete(id);
    if (focused) this.#title.focus(); // the button that had it is gone
  }

  #tick() {
    const { state } = this.#room;
    for (const one of state?.content ?? [])
      this.#cards.get(one.content_id)?.write(one, state, this.#time.now());
  }
}

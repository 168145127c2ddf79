import { arrange, copy, find, write } from "./dom.js";
import { clockTime, t } from "./i18n.js";
import { initials } from "./initials.js";

const TINTS = 6;

/** @type {Record<string, string>} */
const VIA = { sound: "via.sound", code: "via.code", link: "via.link" };

/** @typedef {import("./live.js").Live["state"] | "behind"} LinkState */
/** @type {Record<LinkState, string>} */
const LINKS = {
  open: "link.live",
  behind: "link.behind",
  closed: "link.away",
  connecting: "link.away",
  offline: "link.away",
};

/** What is heard may be less than what is there. @param {import("./live.js").Live["state"]} live @param {boolean} behind @returns {LinkState} */
export const linkState = (live, behind) => (live === "open" && behind ? "behind" : live);

/** The same person has the same colour on every screen. @param {string} id */
export const tint = id =>
  [...id].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) % TINTS;

/** @param {Participant} person @param {boolean} me */
function card(person, me) {
  const item = copy("#person");
  item.dataset.participant = person.participant_id;
  const face = find(".face", HTMLElement, item);
  face.dataset.tint = String(tint(person.participant_id));
  write(face, initials(person.name));
  write(find(".name", HTMLElement, item), person.name);
  find(".you", HTMLElement, item).hidden = !me;
  const via = VIA[person.via];
  const time = clockTime(person.joined_at_ms);
  write(find(".since", HTMLElement, item), via ? `${t(via)} · ${time}` : time);
  return item;
}

/** Who is here, and the quiet words about coming and going. */
export class MeetingView {
  #people = find(".people", HTMLElement);
  #title = find("#meeting-title", HTMLElement);
  #size = find(".size", HTMLElement);
  #link = find(".link-state", HTMLElement);
  /** @type {Map<string, {says: string, item: HTMLElement}>} by participant */
  #cards = new Map();

  /** @param {import("./room.js").Room} room @param {import("./live.js").Live} live @param {() => void} leave */
  constructor(room, live, leave) {
    find(".leave", HTMLButtonElement).addEventListener("click", leave);
    room.addEventListener("change", () => this.#show(room.state));
    const connection = () => this.#connection(linkState(live.state, room.behind));
    live.addEventListener("state", connection);
    for (const news of ["change", "unread"]) room.addEventListener(news, connection);
  }

  /** A room not read yet shows nobody, not the people of the last one. */
  clear() {
    this.#list([]);
    write(this.#size, "");
    write(this.#title, t("meeting.title"));
  }

  focus() {
    this.#title.focus();
  }

  /** @param {import("./room-state.js").RoomState | null} state */
  #show(state) {
    if (!state) return;
    write(this.#title, state.answer.title || t("meeting.title"));
    write(this.#size, t("meeting.size", { count: state.people.length }));
    const me = state.answer.me;
    this.#list(state.people.map(person => this.#card(person, person.participant_id === me)));
  }

  /** The one that stands there already, if nothing on it has changed. @param {Participant} person @param {boolean} me */
  #card(person, me) {
    const says = JSON.stringify([person.name, person.via, person.joined_at_ms, me]);
    const known = this.#cards.get(person.participant_id);
    if (known?.says === says) return known.item;
    const item = card(person, me);
    this.#cards.set(person.participant_id, { says, item });
    return item;
  }

  /** A thousand who come make a thousand cards. @param {HTMLElement[]} items */
  #list(items) {
    const here = new Set(items);
    for (const [id, { item }] of this.#cards) if (!here.has(item)) this.#cards.delete(id);
    arrange(this.#people, items);
  }

  /** @param {LinkState} state */
  #connection(state) {
    this.#link.dataset.state = state;
    write(this.#link, t(LINKS[state]));
  }
}

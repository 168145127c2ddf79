import { t } from "./i18n.js";
import { brief, say } from "./notices.js";
import { nameOf } from "./room-state.js";

/** @typedef {import("./room-state.js").RoomState} RoomState */

const AGAIN_MS = 30_000; // whoever is back by then has reloaded, or changed networks; who has yet another name plays
const MOST = 3; // at once: after a long gap the screen itself tells better

/**
 * Says what has become otherwise in the meeting since the last look, whether it was told or read: who came, who has
 * another name, what is shown and what is not any more. Events: "mine" when it was one's own name.
 */
export class Announcements extends EventTarget {
  /** @type {RoomState | null} */
  #before = null;
  /** @type {Map<string, number>} when people went, by performance.now() */
  #left = new Map();
  /** @type {Map<string, number>} when it was said that they have another name */
  #renamed = new Map();

  /** @param {import("./room.js").Room} room */
  constructor(room) {
    super();
    room.addEventListener("change", () => room.state && this.#look(room.state));
  }

  /** Another meeting, or the same anew: nothing of it is news. */
  clear() {
    this.#before = null;
    this.#left.clear();
    this.#renamed.clear();
  }

  /** @param {RoomState} now */
  #look(now) {
    const before = this.#before;
    this.#before = now;
    if (before?.answer.room_id !== now.answer.room_id) return;
    if (before.people !== now.people) this.#people(before, now);
    if (before.content !== now.content) content(before, now);
  }

  /** @param {RoomState} before @param {RoomState} now */
  #people(before, now) {
    const { me } = now.answer;
    for (const { participant_id: id } of before.people)
      if (!nameOf(now, id)) this.#left.set(id, performance.now());
    const others = now.people.filter(person => person.participant_id !== me);
    const came = others.filter(
      ({ participant_id: id }) => !nameOf(before, id) && !isFresh(this.#left.get(id)),
    );
    for (const { name } of came.slice(0, MOST)) say(t("notice.joined", { name }));
    for (const person of others.filter(one => this.#isNewlyNamed(before, one)).slice(0, MOST)) {
      const { participant_id: id, name } = person;
      this.#renamed.set(id, performance.now());
      say(t("notice.renamed", { former: nameOf(before, id) ?? "", name }));
    }
    if (nameOf(before, me) && nameOf(before, me) !== nameOf(now, me)) this.dispatchEvent(new Event("mine"));
  }

  /** A burst of names is said once. @param {RoomState} before @param {Participant} person */
  #isNewlyNamed(before, { participant_id: id, name }) {
    const former = nameOf(before, id);
    return Boolean(former) && former !== name && !isFresh(this.#renamed.get(id));
  }
}

/** @param {number | undefined} at by performance.now() */
const isFresh = at => at !== undefined && performance.now() - at < AGAIN_MS;

/** @param {RoomState} before @param {RoomState} now */
function content(before, now) {
  const missing = (/** @type {RoomState} */ from, /** @type {RoomState} */ where) =>
    from.content
      .filter(one => !where.content.some(other => other.content_id === one.content_id))
      .slice(0, MOST);
  for (const { participant_id: id, participant_name, title, host } of missing(now, before)) {
    const name = nameOf(now, id) ?? participant_name;
    if (id !== now.answer.me) say(t("content.said-shown", { name, title: brief(title ?? host) }));
  }
  for (const { title, host } of missing(before, now))
    say(t("content.said-removed", { title: brief(title ?? host) }));
}

/** Who has come by sound to the meeting of somebody who listens for them. */
export class Newcomers {
  #inside = false;
  /** @type {Set<string> | null} who was there before; null until that is known */
  #before = null;

  /** @param {Pick<import("./room.js").Room, "id" | "state">} room */
  constructor(room) {
    this.#room = room;
  }

  #room;

  /** From now on; whoever is in no meeting waits for nobody. */
  watch() {
    this.#inside = this.#room.id !== null;
    this.#before = null;
    this.come();
  }

  /** Whether anybody has. */
  come() {
    const people = this.#room.state?.people;
    if (!this.#inside || !people) return false;
    const before = this.#before ?? new Set(people.map(person => person.participant_id));
    this.#before = before;
    return people.some(person => person.via === "sound" && !before.has(person.participant_id));
  }
}

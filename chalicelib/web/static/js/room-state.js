// What a meeting looks like, as a fold over the server's messages. Pure: no page, no network.

/** @typedef {{people: Participant[], sequence: number, answer: RoomAnswer}} RoomState */

/** @param {Participant[]} people */
const byArrival = people => [...people].sort((a, b) => a.joined_at_ms - b.joined_at_ms);

/** @param {RoomAnswer} answer @returns {RoomState} */
export function fromAnswer(answer) {
  return { people: byArrival(answer.participants), sequence: answer.sequence, answer };
}

/** @param {Participant[]} people @param {LiveMessage} message @returns {Participant[]} */
function peopleAfter(people, { type, participant, participant_id: id, name }) {
  if (type === "participant.left") return people.filter(person => person.participant_id !== id);
  if (type === "participant.renamed" && name)
    return people.map(person => (person.participant_id === id ? { ...person, name } : person));
  if (type !== "participant.joined" || !participant) return people;
  const others = people.filter(person => person.participant_id !== participant.participant_id);
  return byArrival([...others, participant]);
}

/** @param {RoomState | null} state @param {string} [id] @returns {string | undefined} */
export const nameOf = (state, id) => state?.people.find(person => person.participant_id === id)?.name;

/**
 * Messages are numbered per room: one seen before changes nothing, one too early shows that some were missed. What
 * has no number (the verdict on a sound, which names the room, too) is none of the room's.
 * @param {RoomState} state @param {LiveMessage} message
 * @returns {RoomState | "gap"}
 */
export function apply(state, message) {
  const { sequence } = message;
  if (sequence === undefined || sequence <= state.sequence) return state;
  if (sequence > state.sequence + 1) return "gap";
  return { ...state, sequence, people: peopleAfter(state.people, message) };
}

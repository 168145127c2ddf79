// What a meeting looks like, as a fold over the server's messages. Pure: no page, no network.

/** @typedef {{people: Participant[], content: ShownContent[], call: string[], sequence: number, answer: RoomAnswer}} RoomState */

/** @param {Participant[]} people */
const byArrival = people => [...people].sort((a, b) => a.joined_at_ms - b.joined_at_ms);

/** @param {RoomAnswer} answer @returns {RoomState} */
export function fromAnswer(answer) {
  const { participants, content, call, sequence } = answer;
  return { people: byArrival(participants), content, call, sequence, answer };
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

/** Shown again, in another way, it stays in its place. @param {ShownContent[]} content @param {LiveMessage} message @returns {ShownContent[]} */
function contentAfter(content, { type, content: shown, content_id: id }) {
  if (type === "content.removed") return content.filter(one => one.content_id !== id);
  if (type !== "content.shown" || !shown) return content;
  const known = content.some(one => one.content_id === shown.content_id);
  return known
    ? content.map(one => (one.content_id === shown.content_id ? shown : one))
    : [...content, shown];
}

/** Without what is over. @param {RoomState} state @param {number} nowMs by the server's clock @returns {RoomState} */
export function without(state, nowMs) {
  const content = state.content.filter(one => one.expires_at_ms > nowMs);
  return content.length === state.content.length ? state : { ...state, content };
}

/** With another end for what these ids name. @param {RoomState} state @param {Set<string>} ids @param {number} expiresAtMs @returns {RoomState} */
export function prolonged(state, ids, expiresAtMs) {
  const content = state.content.map(one =>
    ids.has(one.content_id) ? { ...one, expires_at_ms: expiresAtMs } : one,
  );
  return { ...state, content };
}

/**
 * Whether the server knows of more, or shows something else, than this screen: a message was lost, or never sent.
 * @param {RoomState} state @param {Pulse} pulse
 */
export function isBehind(state, { sequence, shown }) {
  const { content } = state;
  const same = content.every(one => shown[one.content_id]?.as === one.as);
  return sequence > state.sequence || !same || Object.keys(shown).length !== content.length;
}

/** With the ends that the pulse knows, which heartbeats of others have put off. @param {RoomState} state @param {Pulse} pulse @returns {RoomState} */
export function timed(state, { shown }) {
  const content = state.content.map(one => ({ ...one, ...shown[one.content_id] }));
  return { ...state, content };
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
  const people = peopleAfter(state.people, message);
  const content = contentAfter(state.content, message);
  const call = message.type === "call.changed" ? (message.people ?? []) : state.call;
  return { ...state, sequence, people, content, call };
}

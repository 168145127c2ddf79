// What was measured from when to when, in pieces that may be put together again before they are sent.

/** @typedef {"talk" | "webcam" | "attention"} Behaviour */
/** @typedef {{kind: Behaviour, from_ms: number, to_ms: number}} Interval closed */
/** @typedef {{from_ms: number, to_ms: number, heard: boolean, events: Interval[]}} Piece `heard`: with a microphone */

const EVENTS_MOST = 600; // 40 KB: of 64 KiB a browser sends what a page leaves behind; the server takes 2 000

/**
 * One piece of two, where the other goes on at the very instant at which the one ends; null where it does not, or it
 * would be too much for one sending.
 * @param {Piece} one @param {Piece} other @returns {Piece | null}
 */
export function joined(one, other) {
  if (one.to_ms !== other.from_ms || one.heard !== other.heard) return null;
  const events = [...one.events];
  for (const event of other.events) {
    const at = events.findIndex(({ kind, to_ms }) => kind === event.kind && to_ms === event.from_ms);
    const begun = events[at];
    if (begun) events[at] = { ...begun, to_ms: event.to_ms };
    else events.push(event);
  }
  return events.length > EVENTS_MOST ? null : { ...one, to_ms: other.to_ms, events };
}

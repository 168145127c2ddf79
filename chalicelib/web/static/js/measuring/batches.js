// How a batch reaches the server: awaited, or by a page that goes.
import { call, patienceMs, Refused } from "../api.js";
import { heldBearer } from "../cookieless.js";

export const path = (/** @type {string} */ room) => `/v1/rooms/${encodeURIComponent(room)}/insights`;

/** @typedef {import("./outbox.js").Batch} Batch */

const FAULT = 500;

/** @param {Batch} batch @param {number | null} now */
const body = ({ sequence, piece }, now) => ({ sequence, sent_at_ms: now, ...piece });

/** Throws Refused or Away. @param {Batch} batch @param {number | null} now by the server's clock, as the batch's times are */
export const post = (batch, now) =>
  call("POST", path(batch.room), {
    json: body(batch, now),
    headers: { "Earshot-Tab": batch.tab },
    keepalive: true,
  });

/** @param {unknown} error that `post` threw @returns {import("./outbox.js").Fate} */
export function fateOf(error) {
  const afterMs = patienceMs(error);
  return afterMs === null ? "never" : { afterMs, fault: error instanceof Refused && error.status >= FAULT };
}

/** @param {Batch} batch @param {number | null} now as for `post` */
export function beacon(batch, now) {
  const address = `${path(batch.room)}?tab=${encodeURIComponent(batch.tab)}`;
  const json = body(batch, now);
  if (heldBearer()) void call("POST", address, { json, leaving: true }).catch(() => {});
  else navigator.sendBeacon(address, new Blob([JSON.stringify(json)], { type: "application/json" }));
}

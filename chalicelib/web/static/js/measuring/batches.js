// How a batch reaches the server: awaited, or by a page that goes.
import { call } from "../api.js";
import { heldBearer } from "../cookieless.js";

export const path = (/** @type {string} */ room) => `/v1/rooms/${encodeURIComponent(room)}/insights`;

/** @param {import("./outbox.js").Batch} batch */
const body = ({ sequence, piece }) => ({ sequence, sent_at_ms: Date.now(), ...piece });

/** Throws Refused or Away. @param {import("./outbox.js").Batch} batch */
export const post = batch =>
  call("POST", path(batch.room), {
    json: body(batch),
    headers: { "Earshot-Tab": batch.tab },
    keepalive: true,
  });

/** @param {import("./outbox.js").Batch} batch */
export function beacon(batch) {
  const address = `${path(batch.room)}?tab=${encodeURIComponent(batch.tab)}`;
  if (heldBearer()) void call("POST", address, { json: body(batch), leaving: true }).catch(() => {});
  else navigator.sendBeacon(address, new Blob([JSON.stringify(body(batch))], { type: "application/json" }));
}

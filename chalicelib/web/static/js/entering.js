import { call } from "./api.js";

/** @typedef {{room_id: string, status?: "knocking", expires_at_ms?: number}} Entry `status`: those inside are asked first */

/** By its invitation link; asked again, it tells what has become of it. Throws Refused or Away. @param {string} id @returns {Promise<Entry>} */
export const enterByLink = id =>
  call("POST", `/v1/rooms/${encodeURIComponent(id)}/participants`, { json: {} });

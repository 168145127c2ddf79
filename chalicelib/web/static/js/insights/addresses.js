import { address } from "../addresses.js";

/** @param {string} id of a meeting */
export const report = id => address(`/meetings/${encodeURIComponent(id)}`);

/** @param {string} id of a meeting */
export const mine = id => address(`/meetings/${encodeURIComponent(id)}/mine`);

/** @returns {string} the meeting that this address names */
export function meetingHere() {
  const match = /^\/meetings\/([^/]+)/.exec(location.pathname);
  return decodeURIComponent(match?.[1] ?? "");
}

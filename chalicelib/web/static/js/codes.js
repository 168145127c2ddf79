import { call } from "./api.js";

/** @typedef {{code: string, qr: string, room_id: string, expires_at_ms: number}} ShownCode */

/** Problem texts where a code is typed. */
export const OWN = { gone: "codes.gone", "not-found": "codes.problem" };

/**
 * A code for a meeting I am in, or for a new one. Throws Refused or Away.
 * @param {string | null} roomId @returns {Promise<ShownCode>}
 */
export const makeCode = roomId => call("POST", "/v1/join-codes", { json: roomId ? { room_id: roomId } : {} });

/**
 * Needs a session. Throws Refused or Away.
 * @param {string} typed with or without spaces and dashes @returns {Promise<import("./entering.js").Entry>}
 */
export function enterByCode(typed) {
  const code = encodeURIComponent(typed.replace(/[\s-]/g, ""));
  return call("POST", `/v1/join-codes/${code}`, { json: {} });
}

/** As people read it: two groups of three. @param {string} code */
export const grouped = code => `${code.slice(0, 3)} ${code.slice(3)}`;

/** As it is said, one letter after another. @param {string} code */
export const spelled = code => [...code].join(", ");

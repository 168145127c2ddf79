import { Away, call } from "./api.js";
import { cookiesRefused, hold, isNobody } from "./cookieless.js";

/** @typedef {{code: string, qr: string, room_id: string, expires_at_ms: number}} ShownCode */

/** Problem texts where a code is typed. */
export const OWN = { gone: "codes.gone", "not-found": "codes.problem" };

/**
 * A code for a meeting I am in, or for a new one. Throws Refused or Away.
 * @param {string | null} roomId @returns {Promise<ShownCode>}
 */
export const makeCode = roomId => call("POST", "/v1/join-codes", { json: roomId ? { room_id: roomId } : {} });

/**
 * Needs a session, unless cookies are refused: then this tab has one from now on. Throws Refused or Away.
 * @param {string} typed with or without spaces and dashes @returns {Promise<import("./entering.js").Entry>}
 */
export async function enterByCode(typed) {
  const code = encodeURIComponent(typed.replace(/[\s-]/g, ""));
  /** @type {Record<string, string>} */
  const headers = cookiesRefused() ? { "Earshot-Cookies": "none" } : {};
  const ask = () => call("POST", `/v1/join-codes/${code}`, { json: {}, headers });
  const entry = await ask().catch(error => {
    if (!(error instanceof Away) || isNobody()) throw error;
    return ask(); // what was lost may have been a yes: nobody is in without knowing it
  });
  hold(entry.bearer);
  return entry;
}

/** As people read it: two groups of three. @param {string} code */
export const grouped = code => `${code.slice(0, 3)} ${code.slice(3)}`;

/** As it is said, one letter after another. @param {string} code */
export const spelled = code => [...code].join(", ");

/** @returns {string | null} the code that this address came with, in the part that no server sees */
export const codeHere = () => new URLSearchParams(location.hash.slice(1)).get("code")?.toUpperCase() ?? null;

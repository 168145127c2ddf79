import { Away, Refused } from "./api.js";
import { pauseMs } from "./live.js";

/** @type {Record<string, Trouble>} names of DOMException */
const MICROPHONE = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "no-microphone",
  OverconstrainedError: "no-microphone",
  NotReadableError: "microphone-busy",
  AbortError: "microphone-busy",
};
const UNSAID_PAUSE_MS = 10_000; // where a refusal does not say how long

/** The microphone went away while it was open. */
export class MicrophoneLost extends Error {}

/** @param {unknown} error @returns {Trouble} */
export function diagnose(error) {
  if (error instanceof Away) return "away";
  if (error instanceof Refused) return error.status === 429 ? "too-many" : "unexpected";
  if (error instanceof MicrophoneLost) return "microphone-lost";
  return (error instanceof DOMException && MICROPHONE[error.name]) || "unexpected";
}

/**
 * How long to pause before trying again: what the server says, else longer each time; null: it is for the person to try.
 * @param {unknown} error @param {number} attempt
 */
export function waitMs(error, attempt) {
  if (error instanceof Away) return error.retryAfterMs ?? pauseMs(attempt + 2);
  if (error instanceof Refused && error.status === 429) return error.retryAfterMs ?? UNSAID_PAUSE_MS;
  return null;
}

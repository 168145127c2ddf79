// Instants as a field of the page writes them: date and time of this device, without a zone.

const MINUTE_MS = 60_000;

/** @param {number | null | undefined} atMs */
export function toField(atMs) {
  if (atMs === null || atMs === undefined) return "";
  const here = atMs - new Date(atMs).getTimezoneOffset() * MINUTE_MS;
  return new Date(here).toISOString().slice(0, "2026-01-01T00:00".length);
}

/** @param {string | undefined} text @returns {number | null} null for an empty field */
export function fromField(text) {
  return text ? new Date(text).getTime() : null;
}

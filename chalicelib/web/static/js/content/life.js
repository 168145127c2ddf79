import { write } from "../dom.js";
import { t } from "../i18n.js";

const MINUTE_MS = 60_000;

/** @param {number} leftMs */
const left = leftMs =>
  leftMs < MINUTE_MS ? t("life.under") : t("life.left", { count: Math.floor(leftMs / MINUTE_MS) });

/** @type {Map<HTMLTimeElement, {expiresAtMs: number, longer: string}>} what the page shows of lives */
const lives = new Map();
let latestMs = 0;
let waiting = false;

/** All of them by one instant: the same link has no two lives, wherever it stands. */
function writeAll() {
  waiting = false;
  for (const [element, { expiresAtMs, longer }] of lives) {
    if (!element.isConnected) lives.delete(element);
    else write(element, t("life", { left: left(expiresAtMs - latestMs), longer }));
  }
}

/**
 * How long it lives, and what would extend that; for machines, the instant.
 * @param {HTMLTimeElement} element @param {number} expiresAtMs @param {number} nowMs @param {string} longer
 */
export function writeLife(element, expiresAtMs, nowMs, longer) {
  element.dateTime = new Date(expiresAtMs).toISOString();
  lives.set(element, { expiresAtMs, longer });
  latestMs = nowMs;
  if (!waiting) queueMicrotask(writeAll);
  waiting = true;
}

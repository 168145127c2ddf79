import { write } from "../dom.js";
import { t } from "../i18n.js";

const MINUTE_MS = 60_000;

/** @param {number} leftMs */
const left = leftMs =>
  leftMs < MINUTE_MS ? t("life.under") : t("life.left", { count: Math.floor(leftMs / MINUTE_MS) });

/**
 * How long it lives, and what would extend that; for machines, the instant.
 * @param {HTMLTimeElement} element @param {number} expiresAtMs @param {number} nowMs @param {string} longer
 */
export function writeLife(element, expiresAtMs, nowMs, longer) {
  write(element, t("life", { left: left(expiresAtMs - nowMs), longer }));
  element.dateTime = new Date(expiresAtMs).toISOString();
}

import { clockTime, dayAndTime } from "../i18n.js";

const dayOf = (/** @type {number} */ atMs) => new Date(atMs).toDateString();

/**
 * How the instants from one to another are written: with the day, where they are not all of one.
 * @param {number} fromMs @param {number} toMs @returns {(atMs: number) => string}
 */
export const timesWithin = (fromMs, toMs) => (dayOf(fromMs) === dayOf(toMs) ? clockTime : dayAndTime);

/** @param {{from_ms: number, to_ms: number}} stay @param {(atMs: number) => string} time of its beginning */
export const fromTo = ({ from_ms: from, to_ms: to }, time) => `${time(from)}–${timesWithin(from, to)(to)}`;

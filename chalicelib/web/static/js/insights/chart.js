// The geometry of the pictures: each step one wide, everything between 0 and 1 high, 0 below. Null is missing.

/** @typedef {(number | null)[]} Steps */

const round = (/** @type {number} */ number) => Math.round(number * 1e4) / 1e4;

/** @param {Steps} steps @param {(step: number, at: number) => string} draw */
const drawn = (steps, draw) => steps.map((step, at) => (step === null ? "" : draw(step, at))).join("");

/** Bars as high as their part of `top`. @param {Steps} steps @param {number} top */
export function bars(steps, top) {
  const high = (/** @type {number} */ step) => round(top ? Math.min(1, step / top) : 0);
  return drawn(steps, (step, at) => (step ? `M${at} 1v${-high(step)}h1v${high(step)}z` : ""));
}

/** What was not measured, from below to the top. @param {Steps} steps */
export const gaps = steps => steps.map((step, at) => (step === null ? `M${at} 1v-1h1v1z` : "")).join("");

/** A line through the middle of its steps, broken where something is missing. @param {Steps} shares */
export function line(shares) {
  return drawn(shares, (share, at) => {
    const joined = at > 0 && shares[at - 1] !== null;
    const lone = !joined && (shares[at + 1] ?? null) === null;
    const point = `${at + 0.5} ${round(1 - share)}`;
    return lone ? `M${at} ${round(1 - share)}h1` : `${joined ? "L" : "M"}${point}`;
  });
}

/** The minutes that hold something, counted from 1, as "1–3, 7". @param {Steps} steps @param {number} [minutes] of a step */
export function stretches(steps, minutes = 1) {
  /** @type {[number, number][]} */
  const found = [];
  steps.forEach((step, at) => {
    if (!step) return;
    const [from, to] = [at * minutes, (at + 1) * minutes];
    const last = found.at(-1);
    if (last?.[1] === from) last[1] = to;
    else found.push([from + 1, to]);
  });
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}

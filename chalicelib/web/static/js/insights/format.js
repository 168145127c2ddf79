// Figures as people read them. What nobody measured is a dash, never a zero.

const SECOND_MS = 1_000;
const MINUTE_S = 60;
const HOUR_S = 3_600;
const NOTHING = "–";

/** @typedef {"length" | "share" | "points" | "count" | "index"} Kind "points": how far apart two shares are */

/** @param {string} language */
export function formats(language) {
  /** @param {Intl.NumberFormatOptions} options */
  const number = options => new Intl.NumberFormat(language, options);
  /** @param {string} unit */
  const unit = unit => number({ style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 });
  const [hours, minutes, seconds] = [unit("hour"), unit("minute"), unit("second")];
  const briefly = number({ style: "unit", unit: "second", unitDisplay: "short", maximumFractionDigits: 1 });
  const shares = number({ style: "percent", maximumFractionDigits: 0 });
  const counts = number({ maximumFractionDigits: 0 });
  const indices = number({ maximumFractionDigits: 2 });

  /** Two units at most. @param {number} ms */
  function length(ms) {
    if (ms > 0 && ms < 10 * SECOND_MS) return briefly.format(ms / SECOND_MS);
    const whole = Math.round(ms / SECOND_MS);
    if (whole >= HOUR_S) return pair(hours, whole / HOUR_S, minutes, (whole % HOUR_S) / MINUTE_S);
    return whole >= MINUTE_S
      ? pair(minutes, whole / MINUTE_S, seconds, whole % MINUTE_S)
      : seconds.format(whole);
  }

  /** @type {Record<Kind, (figure: number) => string>} */
  const by = {
    length,
    share: figure => shares.format(figure),
    points: figure => counts.format(100 * figure),
    count: figure => counts.format(figure),
    index: figure => indices.format(figure),
  };
  /** @param {Kind} kind @param {number | null | undefined} figure */
  return (kind, figure) => (figure === null || figure === undefined ? NOTHING : by[kind](figure));
}

/** @param {Intl.NumberFormat} large @param {number} many @param {Intl.NumberFormat} small @param {number} few */
function pair(large, many, small, few) {
  const rest = Math.floor(few);
  const first = large.format(Math.floor(many));
  return rest ? `${first} ${small.format(rest)}` : first;
}

import { bars, gaps, line } from "./chart.js";

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name @param {Record<string, string>} attributes @param {Element[]} inside */
function draw(name, attributes, ...inside) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...inside);
  return element;
}

/** @param {string} kind @param {string} d */
const path = (kind, d) => draw("path", { class: kind, d });

/** A picture as wide as its place, of so many steps; `says` is what it shows, in words. @param {number} steps @param {string} says @param {Element[]} inside */
function picture(steps, says, ...inside) {
  const attributes = { viewBox: `0 0 ${Math.max(1, steps)} 1`, preserveAspectRatio: "none" };
  return draw("svg", { ...attributes, class: "chart", role: "img", "aria-label": says }, ...inside);
}

/** When somebody talked, step by step. @param {Timeline} timeline @param {number} stepMs @param {string} says */
export const strip = ({ talk_ms }, stepMs, says) =>
  picture(talk_ms.length, says, path("missing", gaps(talk_ms)), path("talk", bars(talk_ms, stepMs)));

/** What the highest bar may stand for: a step, or more of all together. @param {MeetingTimeline} timeline */
export const topOf = ({ step_ms, talk_ms }) => Math.max(step_ms, ...talk_ms.map(ms => ms ?? 0));

/** Everybody's talk and attention. @param {MeetingTimeline} timeline @param {string} says */
export function overview(timeline, says) {
  const { talk_ms, attention } = timeline;
  const inside = [
    path("missing", gaps(talk_ms)),
    path("talk", bars(talk_ms, topOf(timeline))),
    path("attention", line(attention)),
  ];
  return picture(talk_ms.length, says, ...inside);
}

/** What the top of a course stands for: the largest of its figures. @param {(number | null)[]} figures */
export const topOfCourse = figures => Math.max(0, ...figures.map(one => one ?? 0));

/** How a figure went from meeting to meeting; `says` is that in words. @param {(number | null)[]} figures @param {string} says */
export function course(figures, says) {
  const top = topOfCourse(figures) || 1;
  const shares = figures.map(one => (one === null ? null : one / top));
  return picture(figures.length, says, path("missing", gaps(shares)), path("attention", line(shares)));
}

/** A share beside the fair one. @param {number} share @param {number} fair */
export function bar(share, fair) {
  const wide = { viewBox: "0 0 1 1", preserveAspectRatio: "none", class: "chart bar", "aria-hidden": "true" };
  const filled = draw("rect", { class: "talk", width: String(share), height: "1" });
  const mark = draw("path", { class: "fair", d: `M${fair} 0v1` });
  return draw("svg", wide, filled, mark);
}

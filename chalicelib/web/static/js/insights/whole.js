// A report comes part after part. While it is told anew, without somebody who was erased, there is none to read.
import { Refused } from "../api.js";

/** What is said then, by the kind of problem. */
export const TOLD_ANEW = { conflict: "report.told-anew", invalid: "report.told-anew" }; // "invalid": it has fewer parts now

const toldAnew = () => new Refused(409, { type: "conflict" }, null);

/** What a part says; throws Refused where it says nothing. @param {ReportPart} part */
export function present({ report }) {
  if (!report) throw toldAnew();
  return report;
}

/**
 * All parts as one; throws Refused where the report is told anew meanwhile: it is cut elsewhere then.
 * @param {(after?: string) => Promise<ReportPart>} read @returns {Promise<Omit<WholeReport, "meeting">>}
 */
export async function readWhole(read) {
  const first = await read();
  const { summary, tips, people } = present(first);
  const all = [...people];
  let { next } = first;
  while (next) {
    const part = await read(next);
    all.push(...present(part).people);
    next = part.next;
  }
  const still = first.next ? present(await read()).summary : summary;
  if (JSON.stringify(still) !== JSON.stringify(summary)) throw toldAnew();
  return { summary, tips, people: all };
}

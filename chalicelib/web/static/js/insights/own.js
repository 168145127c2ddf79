// My own figures of a meeting. Without cookies only the tab in which I am knows who I am: a page that it opened asks it.
import { call } from "../api.js";
import { cookiesRefused } from "../cookieless.js";
import { mine } from "./addresses.js";
import { obstacle } from "./visitor.js";

const ASKS = "mine";
const PATIENCE_MS = 35_000; // a request takes 30 s at most

/** @typedef {{answer?: MineAnswer, why?: string}} Found `why` there are none; empty: there is no such meeting for me */

/** @param {string} meeting @returns {Promise<Found>} */
export async function ownFigures(meeting) {
  try {
    return { answer: await call("GET", `/v1/rooms/${encodeURIComponent(meeting)}/insights/mine`) };
  } catch (error) {
    const why = obstacle(error, "");
    return { why: why === "log-in" ? "" : why };
  }
}

/** What says why there are no figures; empty where there are. @param {MineAnswer} answer */
export function whyNone({ captured, agreed, report, figures }) {
  if (figures) return "";
  if (!captured) return "mine.off";
  if (!agreed) return "mine.declined";
  if (report === "assembling") return "mine.assembling";
  if (report === "ready") return "mine.nothing-was";
  return report ? "mine.no-report" : "mine.nothing";
}

/** From the tab that opened this page, if one did. @param {string} meeting @returns {Promise<Found>} */
export async function figuresOfOpener(meeting) {
  const opener = window.opener;
  if (!opener || opener.closed) return {};
  const { port1, port2 } = new MessageChannel();
  return new Promise(resolve => {
    port1.onmessage = ({ data }) => resolve(data);
    window.setTimeout(() => resolve({}), PATIENCE_MS); // another site's, or one that knows nobody
    opener.postMessage({ asks: ASKS, meeting }, location.origin, [port2]);
  });
}

/** Tells pages of ours, which this one opened. What says who I am stays here. */
export function tellPages() {
  if (!cookiesRefused()) return;
  window.addEventListener("message", async ({ origin, data, ports: [port] }) => {
    if (origin !== location.origin || data?.asks !== ASKS) return;
    port?.postMessage(await ownFigures(String(data.meeting)));
  });
}

/** @param {HTMLAnchorElement} link @param {string | null} meeting */
export function leadToMine(link, meeting) {
  link.href = mine(meeting ?? "");
  if (!cookiesRefused()) return;
  link.target = "_blank";
  link.rel = "opener";
}

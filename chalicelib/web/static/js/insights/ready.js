import { Live } from "../live.js";
import { Tab } from "../tab.js";

/**
 * Hears of reports of mine that are ready, over a live channel of this page's own.
 * @param {(meetingId: string) => void} heard @param {() => void} [onback] the channel was down, and what was said meanwhile is lost
 * @returns {() => void} ends it
 */
export function awaitReady(heard, onback = () => {}) {
  const live = new Live(new Tab());
  let lost = false;
  live.addEventListener("lost", () => {
    lost = true;
  });
  live.addEventListener("open", () => lost && onback());
  live.addEventListener("message", event => {
    const { type, meeting_id: id } = /** @type {CustomEvent<LiveMessage>} */ (event).detail;
    if (type === "report.ready" && id) heard(id);
  });
  live.open();
  return () => live.close();
}

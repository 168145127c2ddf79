import { Live } from "../live.js";
import { Tab } from "../tab.js";

/**
 * Hears of reports of mine that are ready, over a live channel of this page's own.
 * @param {(meetingId: string) => void} heard @returns {() => void} ends it
 */
export function awaitReady(heard) {
  const live = new Live(new Tab());
  live.addEventListener("message", event => {
    const { type, meeting_id: id } = /** @type {CustomEvent<LiveMessage>} */ (event).detail;
    if (type === "report.ready" && id) heard(id);
  });
  live.open();
  return () => live.close();
}

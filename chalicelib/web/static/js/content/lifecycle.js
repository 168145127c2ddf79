/**
 * A tab's life: what is left is over at once, and what comes back, from a reload, from being closed or from the
 * browser's cache, is a tab with another name that stages its list again.
 * @param {{tab: import("../tab.js").Tab, live: import("../live.js").Live, room: import("../room.js").Room,
 *   staged: import("./staged.js").Staged}} parts
 */
export function followTab({ tab, live, room, staged }) {
  let wasLive = false;
  window.addEventListener("pagehide", () => {
    staged.leave();
    wasLive = live.state !== "closed";
    live.close(); // with an open socket no browser keeps the page
  });
  window.addEventListener("pageshow", event => {
    if (!event.persisted) return;
    tab.renew();
    if (wasLive) live.open();
    room.refresh();
    void staged.restore();
  });
  void staged.restore();
}

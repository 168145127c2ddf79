// Addresses of the page's own views. A language chosen in the address stays in it.

/** @param {string} path */
export function address(path) {
  const chosen = new URLSearchParams(location.search).get("lang");
  return chosen ? `${path}?lang=${encodeURIComponent(chosen)}` : path;
}

export const home = () => address("/");

/** @param {string} id */
export const meeting = id => address(`/rooms/${encodeURIComponent(id)}`);

/** @returns {string | null} the room this address shows */
export function roomHere() {
  const match = /^\/rooms\/([^/]+)$/.exec(location.pathname);
  return match?.[1] ? decodeURIComponent(match[1]) : null;
}

// What must not be framed. The server refuses the same; a page does not rely on what it is told. Pure.

/** @param {string} url @param {URL | Location} page @returns {boolean} */
export function frameable(url, page) {
  if (!URL.canParse(url)) return false; // no browser of another make would have taken it
  const target = new URL(url);
  if (!/^https?:$/.test(target.protocol)) return false;
  if (target.origin === page.origin) return false;
  return !(page.protocol === "https:" && target.protocol === "http:");
}

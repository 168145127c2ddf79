// What must not be framed. The server refuses the same; a page does not rely on what it is told. Pure.

/** URL.canParse is younger than some browsers that are welcome here. @param {string} url */
function parsed(url) {
  try {
    return new URL(url);
  } catch {
    return null; // no browser of another make would have taken it
  }
}

/** @param {string} url @param {URL | Location} page @returns {boolean} */
export function frameable(url, page) {
  const target = parsed(url);
  if (!target || !/^https?:$/.test(target.protocol)) return false;
  if (target.origin === page.origin) return false;
  return !(page.protocol === "https:" && target.protocol === "http:");
}

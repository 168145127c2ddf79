// What this browser remembers between visits, for this person only: nothing here is ever sent.

/** @param {string} key */
const named = key => `earshot.${key}`;

/** @param {string} key @returns {string | null} */
export function recall(key) {
  try {
    return localStorage.getItem(named(key));
  } catch {
    return null; // storage switched off: the page works without
  }
}

/** @param {string} key @param {string | null} value */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(named(key));
    else localStorage.setItem(named(key), value);
  } catch {
    // storage switched off: the page works without
  }
}

/** For the next page of this tab, which takes it once. @param {string} key @param {string} value */
export function handOver(key, value) {
  try {
    sessionStorage.setItem(named(key), value);
  } catch {
    // storage switched off: it is asked for again
  }
}

/** @param {string} key @returns {string | null} what the page before handed over */
export function takeOver(key) {
  try {
    const value = sessionStorage.getItem(named(key));
    sessionStorage.removeItem(named(key));
    return value;
  } catch {
    return null;
  }
}

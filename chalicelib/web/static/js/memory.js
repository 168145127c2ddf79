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

/** For this tab alone, through reloads. @param {string} key @returns {string | null} */
export function recallHere(key) {
  try {
    return sessionStorage.getItem(named(key));
  } catch {
    return null;
  }
}

/** @param {string} key @param {string | null} value */
export function rememberHere(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(named(key));
    else sessionStorage.setItem(named(key), value);
  } catch {
    // storage switched off: the next page of this tab starts without
  }
}

/** @param {string} key @returns {string | null} what the page before handed over, once */
export function takeOver(key) {
  const value = recallHere(key);
  rememberHere(key, null);
  return value;
}

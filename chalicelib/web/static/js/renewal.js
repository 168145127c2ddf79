// Some answers bring another session: a log in, another password. An answer that was on its way before them would put the
// old cookie back, which is nobody's by then; one that is asked for in that instant is asked under a session that is no
// more. So whatever brings another session waits for all that is under way, and everything else for it, in every tab of
// this browser.
import { cookiesRefused } from "./cookieless.js";

const LOCK = "earshot.session";
const PATIENCE_MS = 10_000; // a tab that sleeps with a question on its way holds nobody up for longer

/** Without cookies no other tab has this one's session, and browsers give no locks. */
const shared = () => Boolean(navigator.locks) && !cookiesRefused();

/** @template T @param {LockMode} mode @param {() => Promise<T>} act @returns {Promise<T>} */
async function holding(mode, act) {
  if (!shared()) return act();
  let begun = false;
  const begin = () => {
    begun = true;
    return act();
  };
  try {
    return await navigator.locks.request(LOCK, { mode, signal: AbortSignal.timeout(PATIENCE_MS) }, begin);
  } catch (error) {
    if (begun) throw error;
    return act();
  }
}

/** @template T @param {() => Promise<T>} act brings another session @returns {Promise<T>} */
export const renewing = act => holding("exclusive", act);

/** @template T @param {() => Promise<T>} act leaves the session as it is @returns {Promise<T>} */
export const keeping = act => holding("shared", act);

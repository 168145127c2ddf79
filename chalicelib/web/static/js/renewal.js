// Some answers bring another session: a log in, another password. The server closes the old one's channels before the
// answer is here. Whoever reads in that instant does so under a session that is no more, and its 401 would even take
// the new cookie away. So they wait, in every tab of this browser.
import { cookiesRefused } from "./cookieless.js";

const LOCK = "earshot.session";

/** Without cookies no other tab has this one's session, and browsers give no locks. */
const shared = () => Boolean(navigator.locks) && !cookiesRefused();

/** @template T @param {() => Promise<T>} act brings another session @returns {Promise<T>} */
export async function renewing(act) {
  return shared() ? navigator.locks.request(LOCK, act) : act();
}

/** No other session is on its way. */
export async function settled() {
  if (shared()) await navigator.locks.request(LOCK, { mode: "shared" }, () => {});
}

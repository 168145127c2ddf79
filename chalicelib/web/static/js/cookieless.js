// Where the browser keeps no cookie, a bearer says who this page is. It lives in this tab's memory and nowhere else.

/** @type {string | null} */
let bearer = null;

/** Some browsers say so, others say the contrary: but with the cookies of a site they refuse all that it could keep. */
function refuses() {
  try {
    return !navigator.cookieEnabled || window.localStorage === undefined;
  } catch {
    return true;
  }
}

const refused = refuses();

export const cookiesRefused = () => refused;

export const heldBearer = () => bearer;

/** Nobody, to the server: a cookie would not stay, and no code has been entered yet. */
export const isNobody = () => refused && bearer === null;

/** @param {string | null | undefined} given by the server: for a code, or with another session */
export function hold(given) {
  if (given) bearer = given;
}

/** Something needs a session, and there can be none. */
export class NeedsCookies extends Error {}

// The one door to the HTTP API: JSON in and out, problems as exceptions.
import { heldBearer, hold } from "./cookieless.js";
import { keeping, renewing } from "./renewal.js";

/** The server answered, and refused. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {Problem} problem
   * @param {number | null} retryAfterMs
   */
  constructor(status, problem, retryAfterMs) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Nobody answered, or only something in between that said the server is away. */
export class Away extends Error {
  /** @param {number | null} [retryAfterMs] */
  constructor(retryAfterMs = null) {
    super("the server cannot be reached");
    this.retryAfterMs = retryAfterMs;
  }
}

const AWAY = new Set([502, 503, 504]);
const CROWDED = 429;
const FAULT = 500;
const PATIENCE_MS = 30_000; // the server gives up after 29 s: who has not answered by then does not

/**
 * How long to wait at least before the same is sent again: nobody answered, or the server failed or has too much to do.
 * @param {unknown} error @returns {number | null} null where that would be refused, too
 */
export function patienceMs(error) {
  const passing = error instanceof Refused && (error.status === CROWDED || error.status >= FAULT);
  return error instanceof Away || passing ? (error.retryAfterMs ?? 0) : null;
}

/** @param {Response} response @returns {number | null} */
function retryAfter(response) {
  const seconds = Number.parseFloat(response.headers.get("Retry-After") ?? "");
  return Number.isFinite(seconds) ? seconds * 1000 : null;
}

/** @param {Response} response @returns {Promise<any>} throws Away where the answer breaks off */
async function readJson(response) {
  try {
    return await response.json();
  } catch {
    if (response.ok) throw new Away();
    return {};
  }
}

/** @param {string} path @param {RequestInit} init @returns {Promise<Response>} */
async function reach(path, init) {
  try {
    return await fetch(path, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Away();
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{json?: unknown, body?: BodyInit, headers?: Record<string, string>, keepalive?: boolean, renews?: boolean,
 *   leaving?: boolean}} [options] `renews`: the answer brings another session, or ends this one; `leaving`: the page is
 *   going and waits for nothing
 * @returns {Promise<any>} the answer's JSON, null where there is none; throws Refused or Away
 */
export async function call(method, path, options = {}) {
  const { json, body, headers = {}, keepalive = false, renews = false, leaving = false } = options;
  const sent = new Headers(headers);
  if (json !== undefined) sent.set("Content-Type", "application/json");
  const bearer = heldBearer();
  if (bearer) sent.set("Authorization", `Bearer ${bearer}`);
  const init = {
    method,
    headers: sent,
    body: json === undefined ? body : JSON.stringify(json),
    keepalive: keepalive || leaving,
    cache: /** @type {RequestCache} */ ("no-store"),
  };
  const ask = () => reach(path, init);
  const response = await (leaving ? ask() : renews ? renewing(ask) : keeping(ask));
  if (bearer) hold(response.headers.get("Earshot-Bearer")); // a log in brings another
  if (AWAY.has(response.status)) throw new Away(retryAfter(response));
  if (!response.ok) throw new Refused(response.status, await readJson(response), retryAfter(response));
  return response.status === 204 ? null : readJson(response);
}

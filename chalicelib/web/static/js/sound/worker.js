// Off the page's own thread: clips come in, fingerprints go out. Keys and samples live no longer than their message.

import { fingerprint } from "./fingerprint.js";

/** @typedef {{id: number, capture: import("./fingerprint.js").Capture}} Task */
/** @typedef {{id: number, bytes?: Uint8Array<ArrayBuffer>, problem?: string}} Done */

/** @param {MessageEvent<Task>} event */
onmessage = async ({ data: { id, capture } }) => {
  try {
    const bytes = await fingerprint(capture);
    postMessage({ id, bytes }, [bytes.buffer]);
  } catch (error) {
    postMessage({ id, problem: String(error) });
  }
};

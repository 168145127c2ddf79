// Off the page's own thread: captures come in, fingerprints go out. Sound and keys live no longer than their message.

import { fingerprint } from "./fingerprint.js";
import { DURATION_MAX_S, PERIOD_MS } from "./format.js";

/** @typedef {import("./fingerprint.js").Capture} Capture */
/** @typedef {{capture: Capture, port: MessagePort}} Task the answer goes to the port: bytes, or a problem in words */

/** @param {MessageEvent<Task | {warmUp: number}>} event */
self.onmessage = ({ data }) => void ("warmUp" in data ? fingerprint(anything(data.warmUp)) : answer(data));

/** @param {Task} task */
async function answer({ capture, port }) {
  try {
    const bytes = await fingerprint(capture);
    port.postMessage({ bytes }, [bytes.buffer]);
  } catch (error) {
    port.postMessage({ problem: String(error) });
  }
}

/** A first fingerprint takes many times as long: let it be of this. @param {number} rate @returns {Capture} */
function anything(rate) {
  const samples = Float32Array.from({ length: DURATION_MAX_S * rate }, (_, i) => Math.sin(i * i));
  const key = { id: 0, key: "", from_ms: 0, to_ms: PERIOD_MS };
  return { samples, rate, recordedAtMs: 0, clockErrorMs: 0, processing: "off", keys: [key] };
}

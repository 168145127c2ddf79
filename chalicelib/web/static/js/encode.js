// What leaves the device: a fingerprint, never the sound. The one seam between recording and sending.

import { TYPE } from "./sound/format.js";

/** Computes fingerprints beside the page, which must not stutter while somebody waits. */
export class Encoder {
  #worker = new Worker(new URL("./sound/worker.js", import.meta.url), { type: "module" });
  /** @type {Promise<never>} */
  #broken;

  /** @param {number} rate of the clips to come: what can be prepared, is, while the first one is still being heard */
  constructor(rate) {
    this.#broken = new Promise((_, reject) => {
      this.#worker.onerror = event => reject(new Error(event.message));
    });
    this.#broken.catch(() => {}); // told to those who encode
    this.#worker.postMessage({ warmUp: rate });
  }

  /**
   * Its samples move to the worker. Without an answer once `end` was called.
   * @param {Clip} clip @param {{processing: Processing, keys: ClockKey[]}} circumstances @returns {Promise<EncodedClip>}
   */
  async encode(clip, { processing, keys }) {
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise(resolve => {
      port1.onmessage = ({ data }) => resolve(data);
    });
    const transfer = [port2, clip.samples.buffer];
    this.#worker.postMessage({ port: port2, capture: { ...clip, processing, keys } }, transfer);
    const { bytes, problem } = await Promise.race([answer, this.#broken]);
    if (problem) throw new Error(problem);
    return { type: TYPE, body: bytes };
  }

  end() {
    this.#worker.terminate();
  }
}

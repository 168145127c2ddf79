import { isNobody } from "./cookieless.js";

const WANTED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** What keeps this browser from listening at all, before asking anybody anything. @returns {Trouble | null} */
export function obstacle() {
  if (isNobody()) return "no-cookies";
  if (!window.isSecureContext) return "insecure";
  if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) return "unsupported";
  return null;
}

/** Off only if all three say so; one that is on is enough; silence is not a promise. @returns {Processing} */
export function readProcessing(/** @type {MediaTrackSettings} */ settings) {
  const said = [settings.echoCancellation, settings.noiseSuppression, settings.autoGainControl];
  if (said.every(value => value === false)) return "off";
  return said.some(value => value !== undefined && value !== false) ? "on" : "unknown";
}

/**
 * An open microphone. `onsamples` gets each batch of raw samples with the frame number of its first one,
 * on the clock of `context`; `onlost` hears that the device went away.
 */
export class Microphone {
  /** @type {MediaStream | null} */
  #stream = null;
  #closed = false;
  /** @type {Processing} */
  processing = "unknown";
  /** @type {(batch: {frame: number, samples: Float32Array}) => void} */
  onsamples = () => {};
  onlost = () => {};

  /** Call it in the click itself: an audio clock made later may not be allowed to run. */
  constructor() {
    this.context = new AudioContext();
  }

  /** Throws what getUserMedia throws. */
  async open() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { ...WANTED, channelCount: 1 } });
    this.#stream = stream;
    if (this.#closed) return this.#release();
    const track = stream.getAudioTracks()[0];
    if (track) {
      this.processing = readProcessing(track.getSettings());
      track.addEventListener("ended", () => this.onlost());
    }
    await this.context.audioWorklet.addModule(new URL("./capture-worklet.js", import.meta.url));
    if (!this.#closed) await this.#listen(stream);
  }

  /** @param {MediaStream} stream */
  async #listen(stream) {
    const capture = new AudioWorkletNode(this.context, "capture", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    capture.port.onmessage = event => {
      if (!this.#closed) this.onsamples(event.data);
    };
    this.context.createMediaStreamSource(stream).connect(capture);
    await this.context.resume();
  }

  #release() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
    void this.context.close();
  }
}

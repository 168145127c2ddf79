import { AudioInput } from "./audio-input.js";
import { isNobody } from "./cookieless.js";

const WANTED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const CAPTURE = { name: "capture", file: new URL("./capture-worklet.js", import.meta.url) };

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

/** `onsamples` gets each batch of raw samples with the frame number of its first one, on the clock of `context`. */
export class Microphone extends AudioInput {
  /** @type {Processing} */
  processing = "unknown";
  /** @type {(batch: {frame: number, samples: Float32Array}) => void} */
  onsamples = () => {};

  /** Throws what getUserMedia throws. */
  async listen() {
    const track = await this.open({ ...WANTED, channelCount: 1 }, CAPTURE, batch => this.onsamples(batch));
    if (!track) return;
    this.processing = readProcessing(track.getSettings());
    await this.context.resume();
  }
}

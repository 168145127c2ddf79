// The last seconds of sound with the time of every sample. Times here are performance.now() milliseconds.

const LATE_MS = 250; // no batch that a page was ready for is
const STOOD_STILL_S = 2; // of sound that all came late: a page that was busy has caught up before

/** Holds batches of samples and knows when each sample was taken. */
export class Tape {
  /** @type {{frame: number, samples: Float32Array}[]} */
  #batches = [];
  #zeroAt = Number.POSITIVE_INFINITY;
  #inTimeUntil = 0;

  /** @param {number} rate samples a second */
  constructor(rate) {
    this.rate = rate;
    /** @type {number | null} */
    this.firstFrame = null;
    this.endFrame = 0;
  }

  /**
   * @param {number} frame number of the first sample
   * @param {Float32Array} samples
   * @param {number} arrivedAt when the page got them: never before they were taken, so the earliest
   *   arrival ever seen, in terms of frame 0, is the best estimate of frame 0's time
   */
  add(frame, samples, arrivedAt) {
    this.firstFrame ??= frame;
    this.#batches.push({ frame, samples });
    this.endFrame = frame + samples.length;
    const zeroAt = arrivedAt - (this.endFrame * 1000) / this.rate;
    if (zeroAt < this.#zeroAt + LATE_MS) this.#inTimeUntil = this.endFrame;
    this.#zeroAt = Math.min(this.#zeroAt, zeroAt);
  }

  /** Whether the device's clock has stood still meanwhile, as in a phone call: no time told here is true any more. */
  get slipped() {
    return this.endFrame - this.#inTimeUntil > STOOD_STILL_S * this.rate;
  }

  /** @param {number} frame */
  timeOf(frame) {
    return this.#zeroAt + (frame * 1000) / this.rate;
  }

  /** @param {number} time */
  frameAt(time) {
    return Math.round(((time - this.#zeroAt) * this.rate) / 1000);
  }

  /** Samples [from, to); a gap the device left is silence. @param {number} from @param {number} to */
  cut(from, to) {
    const clip = new Float32Array(to - from);
    for (const { frame, samples } of this.#batches) {
      const start = Math.max(from, frame);
      const end = Math.min(to, frame + samples.length);
      if (start < end) clip.set(samples.subarray(start - frame, end - frame), start - from);
    }
    return clip;
  }

  /** @param {number} frame everything before it is no longer needed */
  forget(frame) {
    this.#batches = this.#batches.filter(batch => batch.frame + batch.samples.length > frame);
  }
}

// What leaves the device. The one seam between recording and sending.

const HEADER_BYTES = 44;

/** @param {DataView} view @param {number} at @param {string} text */
function ascii(view, at, text) {
  for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
}

/** @param {number} samples @param {number} rate RIFF header of 16-bit mono PCM */
function header(samples, rate) {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  ascii(view, 0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + samples * 2, true);
  ascii(view, 8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(view, 36, "data");
  view.setUint32(40, samples * 2, true);
  return view;
}

/** @param {Float32Array} samples in −1 … 1 @returns {DataView<ArrayBuffer>} little-endian whatever the machine */
function pcm16(samples) {
  const view = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, i) => {
    view.setInt16(i * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true);
  });
  return view;
}

/**
 * @param {Float32Array} samples mono, −1 … 1
 * @param {number} rate samples a second
 * @param {number} _recordedAtMs server time of the first sample
 * @param {ClockKey[]} _keys the minute keys in force
 * @returns {Promise<EncodedClip>}
 */
export async function encodeClip(samples, rate, _recordedAtMs, _keys) {
  const type = "audio/wav";
  return { type, body: new Blob([header(samples.length, Math.round(rate)), pcm16(samples)], { type }) };
}

const GROUP = 3;

/**
 * Values below `levels`, three as one number in base `levels`, most significant bit first; the last group and the last
 * byte filled up with zeros.
 * @param {Uint8Array} values @param {number} levels
 */
export function packed(values, levels) {
  const width = Math.ceil(Math.log2(levels ** GROUP));
  const groups = Math.ceil(values.length / GROUP);
  const bytes = new Uint8Array(Math.ceil((groups * width) / 8));
  for (let group = 0, at = 0; group < groups; group++) {
    const [first, second = 0, third = 0] = values.subarray(group * GROUP, (group + 1) * GROUP);
    const number = (first * levels + second) * levels + third;
    for (let bit = width - 1; bit >= 0; bit--, at++) {
      if ((number >> bit) & 1) bytes[at >> 3] |= 0x80 >> (at & 7);
    }
  }
  return bytes;
}

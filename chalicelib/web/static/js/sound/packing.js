/** Unsigned values of `width` bits each, most significant bit first, the last byte filled up with zeros. @param {Uint8Array} values @param {number} width */
export function packed(values, width) {
  const bytes = new Uint8Array(Math.ceil((values.length * width) / 8));
  let at = 0;
  for (const value of values) {
    for (let bit = width - 1; bit >= 0; bit--, at++) {
      if ((value >> bit) & 1) bytes[at >> 3] |= 0x80 >> (at & 7);
    }
  }
  return bytes;
}

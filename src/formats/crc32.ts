/**
 * The checksum that zip keeps of each file: the remainder of the bits, taken as a polynomial, by 0x04c11db7, with bits
 * reflected. (fflate computes it where it writes, and keeps it to itself.)
 *
 * Source: PKWARE APPNOTE, section 4.4.7; the table method is D. V. Sarwate's (1988).
 */

const TABLE = /* @__PURE__ */ Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

/** The checksum of some bytes, going on from that of those before them. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

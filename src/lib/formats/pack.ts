function requireBits(where: string, bits: number): void {
  if (!Number.isInteger(bits) || bits < 1 || bits > 16) {
    throw new RangeError(`${where}: bits must be an integer from 1 to 16, got ${bits}`);
  }
}

/** The bytes that `count` codes of `bits` bits take when packed without gaps: the last byte may be part empty. */
export function packedLength(count: number, bits: number): number {
  return Math.ceil((count * bits) / 8);
}

/**
 * Packs codes of `bits` bits (1 to 16) without gaps, lowest bit first: the first of two 4-bit codes is the
 * low nibble, four 6-bit codes are three bytes, unused bits at the end are 0. Higher bits of a code are cut.
 */
export function packCodes(codes: ArrayLike<number>, bits: number): Uint8Array {
  requireBits("packCodes", bits);
  const bytes = new Uint8Array(packedLength(codes.length, bits));
  const mask = 2 ** bits - 1;
  let pending = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < codes.length; i++) {
    pending |= (codes[i]! & mask) << held;
    for (held += bits; held >= 8; held -= 8) {
      bytes[at++] = pending;
      pending >>>= 8;
    }
  }
  if (held > 0) bytes[at] = pending;
  return bytes;
}

/**
 * The `count` codes of `bits` bits that `packCodes` packed.
 * @throws RangeError if `bytes` does not have exactly the length of that many codes.
 */
export function unpackCodes(bytes: Uint8Array, bits: number, count: number): Uint8Array | Uint16Array {
  requireBits("unpackCodes", bits);
  if (bytes.length !== packedLength(count, bits)) {
    throw new RangeError(
      `unpackCodes: bytes must hold ${packedLength(count, bits)} bytes for ${count} codes of ${bits} bits, got ${bytes.length}`,
    );
  }
  const codes = bits <= 8 ? new Uint8Array(count) : new Uint16Array(count);
  const mask = 2 ** bits - 1;
  let pending = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (; held < bits; held += 8) pending |= bytes[at++]! << held;
    codes[i] = pending & mask;
    pending >>>= bits;
    held -= bits;
  }
  return codes;
}

/**
 * Bytes at even places, then those at odd ones. Of numbers of two bytes one half holds the signs and exponents, which repeat: a
 * general compressor finds that once they stand together.
 */
export function bytePlanes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const planes = new Uint8Array(bytes.length);
  const odd = Math.ceil(bytes.length / 2);
  for (let i = 0; i < bytes.length; i++) planes[(i % 2) * odd + (i >> 1)] = bytes[i];
  return planes;
}

/** Bytes in their order, from {@link bytePlanes}. */
export function fromBytePlanes(planes: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(planes.length);
  const odd = Math.ceil(planes.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = planes[(i % 2) * odd + (i >> 1)];
  return bytes;
}

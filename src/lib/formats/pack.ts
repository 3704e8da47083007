import {requireInteger} from "../tensor/require.js";
import {elementCount} from "../tensor/tensor.js";
import {castValue, decodeValues, encodeValues} from "./cast.js";
import {f16} from "./element.js";
import {type Packed, packedBytes} from "./format.js";

const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** The bytes that `count` codes of `bits` bits take when packed without gaps: the last byte may be part empty. */
export function packedLength(count: number, bits: number): number {
  return Math.ceil((count * bits) / 8);
}

/**
 * Packs codes of `bits` bits (1 to 16) without gaps, lowest bit first: the first of two 4-bit codes is the
 * low nibble, four 6-bit codes are three bytes, unused bits at the end are 0. Higher bits of a code are cut.
 */
export function packCodes(codes: ArrayLike<number>, bits: number): Uint8Array {
  requireInteger("packCodes", "bits", bits, 1, 16);
  // One type of array for each loop: it is several times slower once it has seen two.
  if (bits === 8 && codes instanceof Uint8Array) return new Uint8Array(codes);
  if (bits === 4 && codes instanceof Uint8Array) return packNibbles(codes);
  const wide = codes instanceof Uint16Array ? codes : new Uint16Array(codes);
  return bits === 16 ? new Uint8Array(wide.slice().buffer) : packWide(wide, bits);
}

function packNibbles(codes: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(packedLength(codes.length, 4));
  const pairs = codes.length >> 1;
  for (let i = 0; i < pairs; i++) bytes[i] = (codes[2 * i] & 15) | (codes[2 * i + 1] << 4);
  if (codes.length % 2 === 1) bytes[pairs] = codes[2 * pairs] & 15;
  return bytes;
}

function packWide(codes: Uint16Array, bits: number): Uint8Array {
  const bytes = new Uint8Array(packedLength(codes.length, bits));
  const mask = 2 ** bits - 1;
  let pending = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < codes.length; i++) {
    pending |= (codes[i] & mask) << held;
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
  requireInteger("unpackCodes", "bits", bits, 1, 16);
  if (bytes.length !== packedLength(count, bits)) {
    throw new RangeError(
      `unpackCodes: bytes must hold ${packedLength(count, bits)} bytes for ${count} codes of ${bits} bits, got ${bytes.length}`,
    );
  }
  if (bits === 8) return new Uint8Array(bytes);
  if (bits === 4) return unpackNibbles(bytes, count);
  // Two whole bytes a code, in the order in which every machine that runs this keeps them.
  if (bits === 16) return new Uint16Array(bytes.slice().buffer);
  const codes = unpackWide(bytes, bits, count);
  return bits < 8 ? new Uint8Array(codes) : codes;
}

function unpackNibbles(bytes: Uint8Array, count: number): Uint8Array {
  const codes = new Uint8Array(count);
  for (let i = 0; i < count; i++) codes[i] = (bytes[i >> 1] >> (4 * (i & 1))) & 15;
  return codes;
}

function unpackWide(bytes: Uint8Array, bits: number, count: number): Uint16Array {
  const codes = new Uint16Array(count);
  const mask = 2 ** bits - 1;
  let pending = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (; held < bits; held += 8) pending |= bytes[at++] << held;
    codes[i] = pending & mask;
    pending >>>= bits;
    held -= bits;
  }
  return codes;
}

/** The types in which scales are stored. */
export type ScaleType = "f16" | "f32";

/** Bytes of one stored scale. */
export const scaleBytes = {f16: 2, f32: 4} as const;

/**
 * Rounds a positive scale to its stored type so that it stays usable: one that would vanish becomes the
 * smallest number of the type, one that would overflow the largest whose product with `largestLevel`, the
 * largest magnitude of a code, is a finite float32 number. 0 stays 0.
 */
export function storedScale(scale: number, type: ScaleType, largestLevel = 1): number {
  if (scale === 0) return 0;
  if (type === "f16") return Math.max(castValue(f16, scale), f16.minSubnormal);
  // A last bit less than the quotient, so that neither rounding can carry the product beyond the largest.
  const most = (MAX_FLOAT32 / largestLevel) * (1 - 2 ** -23);
  return Math.max(Math.fround(Math.min(scale, most)), 2 ** -149);
}

/** Scales as little-endian bytes; they must be numbers of the type, as `storedScale` makes them. */
export function packScales(scales: Float32Array, type: ScaleType): Uint8Array {
  const stored = type === "f32" ? scales.slice() : encodeValues(f16, scales);
  return new Uint8Array(stored.buffer);
}

/** The scales that `packScales` packed. */
export function unpackScales(bytes: Uint8Array, type: ScaleType): Float32Array {
  const {buffer} = bytes.slice();
  return type === "f32" ? new Float32Array(buffer) : decodeValues(f16, new Uint16Array(buffer));
}

/**
 * A part of a packed tensor, checked to be there with the length that its shape demands.
 * @throws RangeError if it is missing or has another length.
 */
export function requirePart(packed: Packed, name: string, length: number): Uint8Array {
  const part = packed.parts[name];
  if (part === undefined || part.length !== length) {
    throw new RangeError(
      `${packed.format}.decode: ${name} must hold ${length} bytes for shape [${packed.shape.join(", ")}], got ${part?.length ?? "none"}`,
    );
  }
  return part;
}

/** Bits per element of a packed tensor, all scales and other metadata included; NaN if it has no elements. */
export function bitsPerElement(packed: Packed): number {
  return (8 * packedBytes(packed)) / elementCount(packed.shape);
}

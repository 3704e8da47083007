/**
 * The element types of a safetensors file: bits per element, and how its bytes become numbers.
 * F4 and F6 are read as raw bytes only: the layout inside their bytes is left to whoever wrote them.
 */
const DTYPE_BITS = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
  C64: 64,
  I64: 64,
  U64: 64,
  I32: 32,
  U32: 32,
  I16: 16,
  U16: 16,
  I8: 8,
  U8: 8,
  BOOL: 8,
} as const;

/** A dtype of safetensors files. */
export type Dtype = keyof typeof DTYPE_BITS;

/** Every dtype that a file may name. */
export const DTYPES = Object.keys(DTYPE_BITS) as readonly Dtype[];

/** True if a file may name this dtype. */
export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(DTYPE_BITS, name);
}

/** Bits of one element in the file. */
export function dtypeBits(dtype: Dtype): number {
  return DTYPE_BITS[dtype];
}

const F16_VALUES = once(() => smallFloatTable(5, 10, "ieee"));
const E5M2_VALUES = once(() => smallFloatTable(5, 2, "ieee"));
const E4M3_VALUES = once(() => smallFloatTable(4, 3, "finite"));

type Decode<A> = (bytes: Uint8Array) => A;

const FLOATS: {readonly [D in Dtype]?: Decode<Float32Array>} = {
  F64: (bytes) => Float32Array.from(new Float64Array(own(bytes))),
  F32: (bytes) => new Float32Array(own(bytes)),
  F16: (bytes) => lookUp(new Uint16Array(own(bytes)), F16_VALUES()),
  BF16: widenBfloat16,
  F8_E4M3: (bytes) => lookUp(bytes, E4M3_VALUES()),
  F8_E5M2: (bytes) => lookUp(bytes, E5M2_VALUES()),
  F8_E8M0: (bytes) => Float32Array.from(bytes, (code) => (code === 255 ? Number.NaN : 2 ** (code - 127))),
};

const INTEGERS: {readonly [D in Dtype]?: Decode<ArrayLike<number | bigint>>} = {
  I64: (bytes) => new BigInt64Array(own(bytes)),
  U64: (bytes) => new BigUint64Array(own(bytes)),
  I32: (bytes) => new Int32Array(own(bytes)),
  U32: (bytes) => new Uint32Array(own(bytes)),
  I16: (bytes) => new Int16Array(own(bytes)),
  U16: (bytes) => new Uint16Array(own(bytes)),
  I8: (bytes) => new Int8Array(own(bytes)),
  U8: (bytes) => bytes,
  BOOL: (bytes) => bytes,
};

/** Decoder of bytes of `dtype` to float32 values, or undefined where they are no real floating-point numbers. */
export function floatDecoder(dtype: Dtype): Decode<Float32Array> | undefined {
  return FLOATS[dtype];
}

/** Decoder of bytes of `dtype` to integers (64-bit ones as bigint), or undefined where they are none. */
export function integerDecoder(dtype: Dtype): Decode<ArrayLike<number | bigint>> | undefined {
  return INTEGERS[dtype];
}

/** A copy of the bytes at an address of its own: a header of any length may leave them at an odd one. */
function own(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}

function widenBfloat16(bytes: Uint8Array): Float32Array {
  const half = new Uint16Array(own(bytes));
  const bits = new Uint32Array(half.length);
  for (let i = 0; i < half.length; i++) bits[i] = half[i] << 16;
  return new Float32Array(bits.buffer);
}

function lookUp(codes: Uint8Array | Uint16Array, table: Float32Array): Float32Array {
  const values = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) values[i] = table[codes[i]];
  return values;
}

/**
 * The value of every code of a float with a sign bit; bias 2^(exponentBits - 1) - 1. The top exponent holds
 * infinities and NaNs ("ieee"), or ordinary values and one NaN with all bits set ("finite").
 */
function smallFloatTable(exponentBits: number, mantissaBits: number, top: "ieee" | "finite"): Float32Array {
  const codes = 2 ** (exponentBits + mantissaBits);
  const table = new Float32Array(2 * codes);
  for (let code = 0; code < codes; code++) {
    table[code] = smallFloat(code, exponentBits, mantissaBits, top);
    table[codes + code] = -table[code];
  }
  return table;
}

function smallFloat(
  code: number,
  exponentBits: number,
  mantissaBits: number,
  top: "ieee" | "finite",
): number {
  const exponent = code >> mantissaBits;
  const mantissa = code % 2 ** mantissaBits;
  const last = 2 ** exponentBits - 1;
  if (top === "ieee" && exponent === last) return mantissa === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (top === "finite" && code === 2 ** (exponentBits + mantissaBits) - 1) return Number.NaN;
  const step = 2 ** (Math.max(exponent, 1) - (2 ** (exponentBits - 1) - 1) - mantissaBits);
  return (exponent === 0 ? mantissa : 2 ** mantissaBits + mantissa) * step;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

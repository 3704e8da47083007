import {type GgufItem, type GgufScalar, type GgufType, type GgufValue, typeNumber} from "./value.js";

/** Bytes that grow as values are added; all little-endian. */
export interface ByteWriter {
  readonly length: number;
  raw(bytes: Uint8Array): void;
  u32(value: number): void;
  u64(value: number): void;
  /** Its length in bytes as u64, then UTF-8. */
  string(text: string): void;
  /** Zeros up to a multiple. */
  pad(multiple: number): void;
  /** A copy of all bytes. */
  bytes(): Uint8Array;
}

/** A writer without bytes. */
export function byteWriter(): ByteWriter {
  let buffer = new Uint8Array(4096);
  let length = 0;
  const room = (more: number): DataView => {
    if (length + more > buffer.length) {
      const larger = new Uint8Array(Math.max(2 * buffer.length, length + more));
      larger.set(buffer.subarray(0, length));
      buffer = larger;
    }
    length += more;
    return new DataView(buffer.buffer, length - more, more);
  };
  const raw = (bytes: Uint8Array) => {
    room(bytes.length);
    buffer.set(bytes, length - bytes.length);
  };
  const u64 = (value: number) => room(8).setBigUint64(0, BigInt(value), true);
  return {
    get length() {
      return length;
    },
    raw,
    u32: (value) => room(4).setUint32(0, value, true),
    u64,
    string(text) {
      const bytes = UTF8.encode(text);
      u64(bytes.length);
      raw(bytes);
    },
    pad: (multiple) => raw(new Uint8Array((multiple - (length % multiple)) % multiple)),
    bytes: () => buffer.slice(0, length),
  };
}

const UTF8 = new TextEncoder();

type Write = (view: DataView, value: number | bigint) => void;

/** Bytes of each type of number, and how they are written. */
const SCALARS: Readonly<Record<GgufScalar, {readonly bytes: number; readonly write: Write}>> = {
  u8: {bytes: 1, write: (view, value) => view.setUint8(0, Number(value))},
  i8: {bytes: 1, write: (view, value) => view.setInt8(0, Number(value))},
  u16: {bytes: 2, write: (view, value) => view.setUint16(0, Number(value), true)},
  i16: {bytes: 2, write: (view, value) => view.setInt16(0, Number(value), true)},
  u32: {bytes: 4, write: (view, value) => view.setUint32(0, Number(value), true)},
  i32: {bytes: 4, write: (view, value) => view.setInt32(0, Number(value), true)},
  f32: {bytes: 4, write: (view, value) => view.setFloat32(0, Number(value), true)},
  bool: {bytes: 1, write: (view, value) => view.setUint8(0, Number(value))},
  u64: {bytes: 8, write: (view, value) => view.setBigUint64(0, BigInt(value), true)},
  i64: {bytes: 8, write: (view, value) => view.setBigInt64(0, BigInt(value), true)},
  f64: {bytes: 8, write: (view, value) => view.setFloat64(0, Number(value), true)},
};

/**
 * Adds a value with its type before it.
 * @throws RangeError for arrays in an array: what is read of them does not say the types of their items.
 */
export function writeValue(out: ByteWriter, key: string, entry: GgufValue): void {
  out.u32(typeNumber(entry.type));
  if (entry.type === "array") {
    out.u32(typeNumber(entry.of));
    out.u64(entry.value.length);
    for (const item of entry.value) writeItem(out, key, entry.of, item);
  } else writeItem(out, key, entry.type, entry.value);
}

function writeItem(out: ByteWriter, key: string, type: GgufType, item: GgufItem): void {
  if (type === "array") {
    throw new RangeError(`writeValue: items of ${key} must be numbers, texts, true or false, got an array`);
  }
  if (type === "string") out.string(item as string);
  else out.raw(scalarBytes(type, typeof item === "boolean" ? Number(item) : (item as number | bigint)));
}

function scalarBytes(type: GgufScalar, value: number | bigint): Uint8Array {
  const {bytes, write} = SCALARS[type];
  const view = new DataView(new ArrayBuffer(bytes));
  write(view, value);
  return new Uint8Array(view.buffer);
}

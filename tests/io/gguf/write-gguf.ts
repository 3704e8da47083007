import {blockType} from "../../../src/lib/io/gguf/block-types.js";

/** A value of the metadata as a test writes it: its type's number in the file, and the value. */
export type Entry = readonly [key: string, type: number, value: unknown];

/** A tensor as a test writes it. Nothing is checked: files that lie are made here too. */
export interface WrittenTensor {
  readonly name: string;
  /** Rows first. */
  readonly shape: readonly number[];
  readonly type: number;
  readonly bytes: Uint8Array;
  /** In place of the offset that fits. */
  readonly offset?: number;
}

interface Options {
  readonly metadata?: readonly Entry[];
  readonly tensors?: readonly WrittenTensor[];
  readonly alignment?: number;
  readonly version?: number;
}

/** Types of values by their numbers in a file. */
export const TYPE = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;

/** A GGUF file, written by the text of its specification and by nothing of the reader. */
export function writeGguf({metadata = [], tensors = [], alignment = 32, version = 3}: Options): Uint8Array {
  const out = writer();
  out.raw(new TextEncoder().encode("GGUF"));
  out.number("u32", version);
  out.number("u64", tensors.length);
  out.number("u64", metadata.length);
  for (const [key, type, value] of metadata) {
    out.string(key);
    out.number("u32", type);
    out.value(type, value);
  }
  let next = 0;
  for (const {name, shape, type, bytes, offset = next} of tensors) {
    out.string(name);
    out.number("u32", shape.length);
    for (const size of [...shape].reverse()) out.number("u64", size);
    out.number("u32", type);
    out.number("u64", offset);
    next = Math.ceil((next + bytes.length) / alignment) * alignment;
  }
  for (const {bytes} of tensors) {
    out.pad(alignment);
    out.raw(bytes);
  }
  if (tensors.length > 0) out.pad(alignment);
  return out.bytes();
}

/** A tensor of float32 numbers. */
export function f32Tensor(name: string, shape: readonly number[], values: ArrayLike<number>): WrittenTensor {
  return {name, shape, type: 0, bytes: new Uint8Array(Float32Array.from(values).buffer)};
}

/** A tensor of blocks whose bytes are all `byte`. */
export function blockTensor(name: string, shape: readonly number[], type: number, byte = 1): WrittenTensor {
  const {elements, bytes} = blockType(type)!;
  const blocks = shape.reduce((product, size) => product * size, 1) / elements;
  return {name, shape, type, bytes: new Uint8Array(blocks * bytes).fill(byte)};
}

function writer() {
  const parts: number[] = [];
  const view = new DataView(new ArrayBuffer(8));
  const raw = (bytes: Uint8Array, length = bytes.length) => {
    for (let i = 0; i < length; i++) parts.push(bytes[i]);
  };
  const scratch = (length: number) => raw(new Uint8Array(view.buffer), length);
  const number = (type: Exclude<keyof typeof TYPE, "string" | "array">, value: number | bigint) => {
    if (type === "u8" || type === "bool") view.setUint8(0, Number(value));
    else if (type === "i8") view.setInt8(0, Number(value));
    else if (type === "u16") view.setUint16(0, Number(value), true);
    else if (type === "i16") view.setInt16(0, Number(value), true);
    else if (type === "u32") view.setUint32(0, Number(value), true);
    else if (type === "i32") view.setInt32(0, Number(value), true);
    else if (type === "f32") view.setFloat32(0, Number(value), true);
    else if (type === "f64") view.setFloat64(0, Number(value), true);
    else view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
    scratch({u8: 1, bool: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, f32: 4, u64: 8, i64: 8, f64: 8}[type]);
  };
  const string = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    number("u64", bytes.length);
    raw(bytes);
  };
  const value = (type: number, given: unknown): void => {
    const name = (Object.keys(TYPE) as (keyof typeof TYPE)[]).find((each) => TYPE[each] === type);
    if (name === "string") string(given as string);
    else if (name === "array") {
      // A test may state a length alone, of items that are not there.
      const [of, items] = given as [number, ArrayLike<unknown>];
      number("u32", of);
      number("u64", items.length);
      for (let i = 0; i in items; i++) value(of, items[i]);
    } else if (name !== undefined) number(name, given as number);
  };
  return {
    raw,
    number,
    string,
    value,
    pad: (alignment: number) => {
      while (parts.length % alignment !== 0) parts.push(0);
    },
    bytes: () => Uint8Array.from(parts),
  };
}

import {ggufProblem, type HeaderReader, type Reading} from "./header-reader.js";

/** Types of numbers in the metadata of a GGUF file, and true or false. */
export type GgufScalar = keyof typeof SCALARS;

/** A value of the metadata with its type; integers beyond 2^53 are bigints. */
export type GgufValue =
  | {readonly type: Exclude<GgufScalar, "bool">; readonly value: number | bigint}
  | {readonly type: "bool"; readonly value: boolean}
  | {readonly type: "string"; readonly value: string}
  | {readonly type: "array"; readonly of: GgufType; readonly value: readonly GgufItem[]};

/** An item of an array; the items of one share a type. */
export type GgufItem = number | bigint | boolean | string | readonly GgufItem[];

/** Any type of a value. */
export type GgufType = GgufScalar | "string" | "array";

type Read = (view: DataView, at: number) => number | bigint;

/** Bytes of each type of number, and how they are read. */
const SCALARS = {
  u8: {bytes: 1, read: (view, at) => view.getUint8(at)},
  i8: {bytes: 1, read: (view, at) => view.getInt8(at)},
  u16: {bytes: 2, read: (view, at) => view.getUint16(at, true)},
  i16: {bytes: 2, read: (view, at) => view.getInt16(at, true)},
  u32: {bytes: 4, read: (view, at) => view.getUint32(at, true)},
  i32: {bytes: 4, read: (view, at) => view.getInt32(at, true)},
  f32: {bytes: 4, read: (view, at) => view.getFloat32(at, true)},
  bool: {bytes: 1, read: (view, at) => view.getUint8(at)},
  u64: {bytes: 8, read: (view, at) => asNumber(view.getBigUint64(at, true))},
  i64: {bytes: 8, read: (view, at) => asNumber(view.getBigInt64(at, true))},
  f64: {bytes: 8, read: (view, at) => view.getFloat64(at, true)},
} as const satisfies Record<string, {readonly bytes: number; readonly read: Read}>;

/** Types by their numbers in a file. */
const TYPES: readonly GgufType[] = [
  ...(["u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool"] as const),
  ...(["string", "array", "u64", "i64", "f64"] as const),
];

/** The number that stands for a type in a file. */
export const typeNumber = (type: GgufType): number => TYPES.indexOf(type);

/** The least that one item takes: a string its length, an array its type and length. */
const leastBytes = (type: GgufType) => (type === "string" ? 8 : type === "array" ? 12 : SCALARS[type].bytes);

/** Arrays inside each other. */
const MAX_DEPTH = 4;

/** A value with its type before it. */
export function* readValue(reader: HeaderReader, field: string): Reading<GgufValue> {
  const type = yield* readType(reader, field);
  if (type === "array") return {type, ...(yield* readArray(reader, field, 1))};
  if (type === "string") return {type, value: yield* readString(reader, field)};
  const [value] = yield* readScalars(reader, type, 1, field);
  return {type, value} as GgufValue;
}

/**
 * A string: its length in bytes, then UTF-8.
 * @param most bytes that it may have
 */
export function* readString(reader: HeaderReader, field: string, most = 2 ** 30): Reading<string> {
  const at = reader.position;
  const length = yield* readCount(reader, `${field}: length`, 1, most);
  const view = yield* reader.take(length, field);
  try {
    return UTF8.decode(view);
  } catch {
    throw ggufProblem({kind: "not-utf8", offset: at + 8, field, value: "other bytes", allowed: "UTF-8 text"});
  }
}

const UTF8 = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true});

/**
 * A count of things that follow, each at least `itemBytes` long.
 * @throws FormatError with kind `bad-count` where the file has no room for so many, or if there are more than `most`.
 */
export function* readCount(
  reader: HeaderReader,
  field: string,
  itemBytes: number,
  most = Number.MAX_SAFE_INTEGER,
): Reading<number> {
  const offset = reader.position;
  const count = (yield* reader.take(8, field)).getBigUint64(0, true);
  const fitting = Math.min(Math.floor(reader.remaining / itemBytes), most);
  if (count <= fitting) return Number(count);
  throw ggufProblem({kind: "bad-count", offset, field, value: count, allowed: `at most ${fitting}`});
}

function* readType(reader: HeaderReader, field: string): Reading<GgufType> {
  const offset = reader.position;
  const number = (yield* reader.take(4, `${field}: type`)).getUint32(0, true);
  const type = TYPES[number];
  if (type !== undefined) return type;
  const allowed = `from 0 to ${TYPES.length - 1}`;
  throw ggufProblem({kind: "bad-type", offset, field: `${field}: type`, value: number, allowed});
}

function* readArray(
  reader: HeaderReader,
  field: string,
  depth: number,
): Reading<{of: GgufType; value: readonly GgufItem[]}> {
  const offset = reader.position;
  if (depth > MAX_DEPTH) {
    const allowed = `nested at most ${MAX_DEPTH} deep`;
    throw ggufProblem({kind: "too-deep", offset, field, value: `depth ${depth}`, allowed});
  }
  const of = yield* readType(reader, `${field}: items`);
  const count = yield* readCount(reader, `${field}: length`, leastBytes(of));
  if (of !== "string" && of !== "array") return {of, value: yield* readScalars(reader, of, count, field)};
  const value: GgufItem[] = [];
  for (let i = 0; i < count; i++) {
    value.push(
      of === "string" ? yield* readString(reader, field) : (yield* readArray(reader, field, depth + 1)).value,
    );
  }
  return {of, value};
}

function* readScalars(
  reader: HeaderReader,
  type: GgufScalar,
  count: number,
  field: string,
): Reading<(number | bigint | boolean)[]> {
  const offset = reader.position;
  const {bytes, read} = SCALARS[type];
  const view = yield* reader.take(count * bytes, field);
  const numbers = Array.from({length: count}, (_, i) => read(view, i * bytes));
  if (type !== "bool") return numbers;
  const wrong = numbers.findIndex((byte) => byte > 1);
  if (wrong < 0) return numbers.map((byte) => byte === 1);
  const value = numbers[wrong];
  throw ggufProblem({kind: "bad-bool", offset: offset + wrong, field, value, allowed: "0 or 1"});
}

function asNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

import {type RandomStream, randomStream} from "../../src/lib/tensor/random.js";
import type {FuzzTarget} from "./target.js";

/** Numbers at which readers break: ends of integer types, of exact floats, of lengths. */
const NUMBERS = [
  "0",
  "-0",
  "-1",
  "1",
  "2",
  "7",
  "127",
  "128",
  "255",
  "256",
  "32767",
  "65535",
  "65536",
  "2147483647",
  "2147483648",
  "4294967295",
  "4294967296",
  "9007199254740991",
  "9007199254740993",
  "18446744073709551615",
  "1e300",
  "1e-300",
  "1e999",
  "0.1",
  "NaN",
  "Infinity",
  "-Infinity",
];
/** Texts that mean something to one reader or another. */
const TEXTS = [
  "",
  "a",
  "__proto__",
  "constructor",
  "__metadata__",
  "../x",
  "/etc/passwd",
  "\\u0000",
  "\\ud800",
  "\\u001b[2J",
  "F32",
  "F4",
  "I64",
  "BPE",
  "Unigram",
  "WordPiece",
  "Split",
  "Regex",
  "(a+)+$",
  "llama",
  "mamba2",
  "full_attention",
  "model.safetensors",
  "é",
  "😀",
  "x".repeat(300),
];
const PIECES = [
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  '"',
  "null",
  "true",
  "false",
  "[]",
  "{}",
  "[[[[[[[[",
  '{"a":{"a":{"a":',
];

type Mutation = (bytes: Uint8Array, stream: RandomStream, seeds: readonly Uint8Array[]) => Uint8Array;

const pick = <T>(items: readonly T[], stream: RandomStream): T => items[stream.integer(items.length)];
/** A place in the bytes, the first of them more often: headers are there. */
const place = (bytes: Uint8Array, stream: RandomStream) =>
  stream.integer((stream.integer(3) === 0 ? Math.min(bytes.length, 64) : bytes.length) + 1);

function spliced(bytes: Uint8Array, at: number, cut: number, insert: Uint8Array): Uint8Array {
  const end = Math.min(bytes.length, at + cut);
  const made = new Uint8Array(bytes.length - (end - at) + insert.length);
  made.set(bytes.subarray(0, at));
  made.set(insert, at);
  made.set(bytes.subarray(end), at + insert.length);
  return made;
}

const ascii = (text: string) => new TextEncoder().encode(text);

/** Replaces one of the places that a pattern finds, the bytes read as Latin-1. */
function replaced(pattern: RegExp, options: readonly string[]): Mutation {
  return (bytes, stream) => {
    const text = Buffer.from(bytes).toString("latin1");
    const found = Array.from(text.matchAll(pattern));
    if (found.length === 0) return bytes;
    const {0: old, index} = pick(found, stream);
    return spliced(bytes, index, old.length, ascii(pick(options, stream)));
  };
}

const flipBit: Mutation = (bytes, stream) => {
  const made = bytes.slice();
  const at = Math.min(place(bytes, stream), bytes.length - 1);
  if (at >= 0) made[at] ^= 1 << stream.integer(8);
  return made;
};

const setBytes: Mutation = (bytes, stream) => {
  const value = pick([0, 1, 127, 128, 255, stream.integer(256)], stream);
  const width = pick([1, 2, 4, 8], stream);
  return spliced(bytes, place(bytes, stream), width, new Uint8Array(width).fill(value));
};

/** An integer of a binary header, little end first. */
const setInteger: Mutation = (bytes, stream) => {
  const value = BigInt(pick([0, 1, 2 ** 31, 2 ** 32, 2 ** 53, bytes.length, stream.integer(70_000)], stream));
  const wide = new DataView(new ArrayBuffer(8));
  wide.setBigUint64(0, value + BigInt(stream.integer(3)), true);
  const width = pick([4, 8], stream);
  return spliced(bytes, place(bytes, stream), width, new Uint8Array(wide.buffer, 0, width));
};

const cutEnd: Mutation = (bytes, stream) => bytes.slice(0, place(bytes, stream));
const cutOut: Mutation = (bytes, stream) =>
  spliced(bytes, place(bytes, stream), 1 + stream.integer(16), new Uint8Array());
const insert: Mutation = (bytes, stream) =>
  spliced(bytes, place(bytes, stream), 0, ascii(pick(PIECES, stream)));
const repeat: Mutation = (bytes, stream) => {
  const from = place(bytes, stream);
  const part = bytes.subarray(from, from + 1 + stream.integer(64));
  return spliced(bytes, place(bytes, stream), 0, part);
};
/** The beginning of one file and the end of another. */
const cross: Mutation = (bytes, stream, seeds) => {
  const other = pick(seeds, stream);
  return spliced(bytes, place(bytes, stream), bytes.length, other.subarray(place(other, stream)));
};

/** Changes that leave JSON whole, or nearly so. */
const GENTLE: readonly Mutation[] = [
  flipBit,
  replaced(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g, NUMBERS),
  replaced(/(?<=")[^"\\]*(?=")/g, TEXTS),
  replaced(/"[^"\\]*"|true|false|null|\d+/g, ["null", "true", "[]", "{}", '"a"', "0", "1e9", "[null]"]),
  replaced(/(?<=[{,])\s*(?="[^"]*":)/g, ['"a":1,', '"":null,', '"type":"a",']),
];
const ROUGH: readonly Mutation[] = [
  ...GENTLE,
  setBytes,
  setInteger,
  cutEnd,
  cutOut,
  insert,
  repeat,
  cross,
  replaced(/"[^"\\]*"|true|false|null|\d+/g, PIECES),
];

/** A file made from one of `seeds` by a few changes that readers may stumble over. */
export function mutate(
  seeds: readonly Uint8Array[],
  stream: RandomStream,
  {gently = false}: {readonly gently?: boolean} = {},
): Uint8Array {
  const changes = gently ? GENTLE : ROUGH;
  let bytes = pick(seeds, stream);
  for (let left = 1 + stream.integer(4); left > 0; left--)
    bytes = pick(changes, stream)(bytes, stream, seeds);
  return bytes;
}

/** The mutant of that number: the same seed, target and number give the same bytes for ever. */
export function mutantOf(
  target: FuzzTarget,
  seeds: readonly Uint8Array[],
  {seed, number}: {readonly seed: number; readonly number: number},
): Uint8Array {
  const gently = number % 2 === 1;
  const bytes = mutate(seeds, randomStream(seed, `${target.id} ${number}`), {gently});
  return gently ? (target.repair?.(bytes) ?? bytes) : bytes;
}

/** Folders of packed weights that are made number by number, to be read by tests. */
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {openTensors} from "../../../src/lib/checkpoint/open-tensors.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import type {quantizedFolder} from "../folder.js";

const random = randomStream(5, "packings");
/** So many integers from 0 to below a bound. */
export const integers = (count: number, below: number) =>
  Array.from({length: count}, () => random.integer(below));
/** Scales that half precision has, so that all arithmetic is exact. */
export const halves = (count: number) => Array.from({length: count}, () => (1 + random.integer(31)) / 64);
/** A tensor of a file, in float32. */
export const f32 = (name: string, shape: number[], values: readonly number[]) => ({
  name,
  shape,
  data: Float32Array.from(values),
});
/** A tensor of a file, in int32. */
export const i32 = (name: string, shape: number[], values: readonly number[]) => ({
  name,
  shape,
  data: Int32Array.from(values),
});

/** Puts fields of so many bits one behind the other into words, from the low bits up, as bits on a tape. */
export function tape(fields: readonly number[], bits: number): number[] {
  const stream = fields.flatMap((field) => Array.from({length: bits}, (_, bit) => (field >> bit) & 1));
  return Array.from({length: Math.ceil(stream.length / 32)}, (_, word) =>
    stream.slice(32 * word, 32 * word + 32).reduce((sum, bit, i) => sum | (bit << i), 0),
  );
}

/** A tensor of a folder as it is read, its stored type, and the names of all. */
export async function weightOf(folder: ReturnType<typeof quantizedFolder>, name = "m.weight") {
  const {tensors} = await openTensors(folder);
  const checkpoint = await openCheckpoint(folder);
  return {names: [...tensors.keys()], ...(await checkpoint.read(name)), dtype: tensors.get(name)?.dtype};
}

/** Numbers of float8 e4m3 by their codes. */
export const E4M3 = {56: 1, 64: 2, 184: -1, 126: 448, 48: 0.5, 0: 0} as const;
export const codes = Object.keys(E4M3).map(Number) as (keyof typeof E4M3)[];
/** A tensor of a file, in float8 e4m3. */
export const fp8 = (name: string, shape: number[], bytes: readonly number[]) => ({
  name,
  dtype: "F8_E4M3" as const,
  shape,
  data: Uint8Array.from(bytes),
});

import type {FormatChoice, Formats} from "../../accel/machine.js";
import type {Sparsity} from "../../accel/roofline.js";
import {type Format, packedBytes} from "../../formats/format.js";
import {formatById, formats} from "../../formats/registry.js";
import {draws, randomStream} from "../../tensor/random.js";

/** Formats that block along columns, so that what a row costs does not depend on the rows beside it. */
export const FORMAT_IDS: readonly string[] = Object.keys(formats).filter((id) => !id.endsWith("_axis0"));

const COLUMNS = 512;
const ROWS = 8;

/** Rows that are packed where values decide the bytes: so many that tables and filled-up chunks weigh little. */
const MANY_ROWS = 512;

const bytesOf = (format: Format, data: Float32Array): number =>
  packedBytes(format.encode({shape: [data.length / COLUMNS, COLUMNS], data}));

/**
 * Bits that each element of one more row of 512 adds to the packed bytes; a scale of the whole tensor costs a large one nothing. Values
 * are zeros, or normal ones where they decide the bytes.
 */
function marginalBits(format: Format): number {
  const isByValues = format.size === "by-values";
  const rows = isByValues ? MANY_ROWS : ROWS;
  const {normal} = randomStream(1, "values of a format's size");
  const data = isByValues ? draws(rows * COLUMNS, normal) : new Float32Array(rows * COLUMNS);
  const half = data.subarray(0, data.length / 2);
  return (8 * (bytesOf(format, data) - bytesOf(format, half))) / half.length;
}

/**
 * Bits that a multiplier must take for an element to stay what it is. The values of a codebook such as NF4 lie on
 * no grid, so they are multiplied in 16 bits; RaZeR's special values need a bit more than E2M1 has.
 */
function multipliedBits({family, codebook: {bits}}: Format): number {
  if (family === "codebook") return Math.max(16, bits);
  return family === "razer" ? 8 : bits;
}

const known = new Map<string, FormatChoice>();

/**
 * A format as a cost model sees it: its bits an element counted from packed bytes, all metadata included.
 * @throws RangeError listing the ids there are.
 */
export function formatChoice(id: string): FormatChoice {
  const found = known.get(id);
  if (found !== undefined) return found;
  const format = formatById(id);
  const choice = {
    id,
    bitsPerElement: marginalBits(format),
    elementBits: multipliedBits(format),
    arithmetic: format.family === "int" || /^mxint/.test(id) ? ("int" as const) : ("float" as const),
  };
  known.set(id, choice);
  return choice;
}

/** The formats of a step by the ids of a setting. */
export function formatsOf(ids: {
  readonly weights: string;
  readonly activations: string;
  readonly kv: string;
}): Formats {
  return {
    weights: formatChoice(ids.weights),
    activations: formatChoice(ids.activations),
    kv: formatChoice(ids.kv),
  };
}

/** Patterns of sparse weights: N of every M stay. */
export const SPARSITIES = ["dense", "2:4", "1:4"] as const;

/** The numbers of a pattern; null for dense weights. */
export function sparsityOf(pattern: (typeof SPARSITIES)[number]): Sparsity | null {
  if (pattern === "dense") return null;
  const [n, m] = pattern.split(":").map(Number);
  return {n, m};
}

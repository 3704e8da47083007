import * as v from "valibot";
import type {GoldenInput, GoldenTensor} from "./op.js";

const shape = v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32)));
const openShape = v.array(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32))));
const numeric = v.picklist(["f64", "f32", "i32", "u16", "i8", "u8", "bf16bits"]);
const textual = v.picklist(["utf8", "json"]);
const record = v.record(v.string(), v.unknown());

const stored = v.union([
  v.object({dtype: numeric, shape, b64: v.string()}),
  v.object({dtype: textual, shape, values: v.unknown()}),
]);

const rule = v.pipe(
  v.object({
    kind: v.picklist(["exact", "abs", "rel", "absrel", "fraction", "partition", "informational"]),
    abs: v.optional(v.pipe(v.number(), v.minValue(0))),
    rel: v.optional(v.pipe(v.number(), v.minValue(0))),
    fraction: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
    skip: v.optional(v.union([v.string(), v.array(v.number())])),
    ignore: v.optional(v.array(v.string())),
    index: v.optional(v.string()),
    sizes: v.optional(v.string()),
    unit: v.optional(v.picklist(["cluster", "member"])),
  }),
  v.check(({kind, index, sizes}) => kind !== "partition" || (index !== undefined && sizes !== undefined)),
);

const names = v.record(v.string(), v.union([v.string(), v.array(v.string())]));
const caseSchema = v.looseObject({
  inputs: v.optional(names),
  outputs: v.optional(v.record(v.string(), v.string())),
});

const goldenSchema = v.object({
  op: v.string(),
  params: v.optional(v.looseObject({cases: v.optional(v.array(caseSchema))}), {}),
  tolerance: v.optional(v.record(v.string(), rule), {}),
  inputs: v.optional(v.record(v.string(), stored), {}),
  outputs: v.optional(v.record(v.string(), stored)),
  rows: v.optional(v.array(record)),
  computed: v.optional(v.array(v.string())),
});

/** A golden file, checked but with its tensors still in base64. */
export type Golden = v.InferOutput<typeof goldenSchema>;
/** Rule by which an output is compared. */
export type Rule = v.InferOutput<typeof rule>;
/** A tensor or other values as a golden file stores them. */
export type Stored = v.InferOutput<typeof stored>;

/** Declaration of an output before it is computed: its dtype, and its shape as far as it is known. */
export interface Declared {
  readonly dtype: Stored["dtype"];
  readonly shape: readonly (number | null)[];
}

/**
 * Reads the text of a golden file.
 * @throws SyntaxError or TypeError saying which field is wrong.
 */
export function parseGolden(text: string): Golden {
  const result = v.safeParse(goldenSchema, JSON.parse(text), {abortEarly: true});
  if (!result.success) {
    const [issue] = result.issues;
    throw new TypeError(`${v.getDotPath(issue) ?? "file"}: ${issue.message}`);
  }
  const golden = result.output;
  if (golden.rows && !golden.computed) throw new TypeError("computed: must name the columns to compute");
  return golden;
}

const arrays = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u16: Uint16Array,
  bf16bits: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
} as const;

type NumericType = keyof typeof arrays;

/**
 * The typed array behind a stored tensor, or the values of stored text; always a fresh copy.
 * @throws TypeError if the bytes do not fit the shape.
 */
export function decodeStored(name: string, item: Stored): GoldenInput {
  if ("values" in item) {
    const values = item.shape.length === 0 ? [item.values] : item.values;
    if (!Array.isArray(values)) throw new TypeError(`${name}: values must be a list`);
    return {dtype: item.dtype, shape: item.shape, values};
  }
  const bytes = Buffer.from(item.b64, "base64");
  const ArrayType = arrays[item.dtype];
  const count = product(item.shape);
  if (bytes.byteLength !== count * ArrayType.BYTES_PER_ELEMENT) {
    throw new TypeError(
      `${name}: [${item.shape.join(", ")}] of ${item.dtype} takes ${count * ArrayType.BYTES_PER_ELEMENT} bytes, got ${bytes.byteLength}`,
    );
  }
  const copy = Uint8Array.from(bytes);
  return {dtype: item.dtype, shape: item.shape, data: new ArrayType(copy.buffer)};
}

/**
 * An op's output in the stored form: numbers in the declared dtype, its open axes filled in.
 * @throws TypeError if the output does not fit what the file declares.
 */
export function encodeOutput(name: string, output: unknown, declared: Declared): Stored {
  const {dtype} = declared;
  if (dtype === "utf8" || dtype === "json") return encodeValues(name, output, dtype, declared.shape);
  const {data, shape} = isShaped(output) ? output : {data: output, shape: undefined};
  if (!isNumbers(data)) throw new TypeError(`${name}: must be numbers, got ${typeof data}`);
  const full = fillShape(name, shape ?? declared.shape, data.length);
  const array = toArray(name, data, dtype);
  return {dtype, shape: full, b64: Buffer.from(array.buffer).toString("base64")};
}

function encodeValues(
  name: string,
  output: unknown,
  dtype: "utf8" | "json",
  declared: readonly (number | null)[],
): Stored {
  const {data, shape} = isShaped(output) ? output : {data: output, shape: declared};
  if (shape.length === 0) return {dtype, shape: [], values: jsonNumbers(data)};
  if (!Array.isArray(data)) throw new TypeError(`${name}: must be a list, got ${typeof data}`);
  const full =
    shape.length === 1 ? [data.length] : shape.map((dim, axis) => dim ?? (axis === 0 ? data.length : 1));
  return {dtype, shape: full, values: jsonNumbers(data)};
}

function toArray(name: string, data: ArrayLike<number>, dtype: NumericType) {
  const array = arrays[dtype].from(data);
  if (dtype !== "f64" && dtype !== "f32") {
    for (let i = 0; i < array.length; i++) {
      if (array[i] !== Number(data[i])) {
        throw new TypeError(`${name}: element ${i} must be an integer of ${dtype}, got ${data[i]}`);
      }
    }
  }
  return array;
}

/** At most one axis may be open; where several are, the op gives the shape itself. */
function fillShape(name: string, shape: readonly (number | null)[], length: number): number[] {
  const known = product(shape.map((dim) => dim ?? 1));
  const full = shape.map((dim) => dim ?? (known === 0 ? 0 : length / known));
  if (shape.filter((dim) => dim === null).length > 1 || product(full) !== length) {
    throw new TypeError(`${name}: shape [${shape.join(", ")}] must hold its ${length} elements`);
  }
  return full;
}

/** The outputs that a file lists, with or without expected values. */
export function declaredOutputs({params, outputs}: Golden): Map<string, Declared> {
  const declared = v.safeParse(
    v.record(v.string(), v.object({dtype: v.union([numeric, textual]), shape: openShape})),
    params.outputs,
  );
  return new Map(Object.entries<Declared>(declared.success ? declared.output : (outputs ?? {})));
}

/** The values of a tensor as numbers: bf16 bit patterns widened, everything else as it is. */
export function numbersOf({dtype, data}: GoldenTensor): ArrayLike<number> {
  if (dtype !== "bf16bits") return data;
  return new Float32Array(Uint32Array.from(data, (bits) => bits * 0x10000).buffer);
}

const SPECIAL = new Map<unknown, string>([
  [Number.POSITIVE_INFINITY, "Infinity"],
  [Number.NEGATIVE_INFINITY, "-Infinity"],
]);

/** JSON has no NaN and no infinities: they stand as their names. */
export function jsonNumbers(value: unknown): unknown {
  if (typeof value === "number") return Number.isNaN(value) ? "NaN" : (SPECIAL.get(value) ?? value);
  if (Array.isArray(value)) return value.map(jsonNumbers);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, jsonNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonNumbers(item)]));
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, dim) => all * dim, 1);
}

function isShaped(output: unknown): output is {data: unknown; shape: readonly number[]} {
  return typeof output === "object" && output !== null && "data" in output && "shape" in output;
}

function isNumbers(data: unknown): data is ArrayLike<number> {
  return Array.isArray(data) || (ArrayBuffer.isView(data) && !(data instanceof DataView));
}

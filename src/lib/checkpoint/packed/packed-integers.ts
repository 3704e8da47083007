import type {JsonObject} from "../../io/json-file.js";
import type {SafetensorsTensor} from "../safetensors-tensor.js";
import {wholeFields} from "./bit-fields.js";
import {
  allFloats,
  groupsOf,
  modulesWith,
  packingProblem,
  type RawTensors,
  requireDtype,
  requireShape,
  requireTensor,
  type UnpackedWeight,
  unpackedWeight,
} from "./packing.js";

/** The stored tensors of one weight of compressed-tensors' `pack-quantized`. */
interface Parts {
  readonly codes: SafetensorsTensor;
  readonly scales: SafetensorsTensor;
  readonly zeros: SafetensorsTensor | undefined;
  readonly order: SafetensorsTensor | undefined;
}

interface Layout {
  readonly rows: number;
  readonly columns: number;
  readonly groups: number;
  readonly bits: number;
}

/**
 * Integers of a few bits in words of 32, 2^(bits - 1) above their value, along the columns; zero points so along the rows.
 * A group of columns has one scale; `weight_g_idx` gives the group of each column where they were reordered.
 */
export async function packedIntegers(raw: RawTensors, config: JsonObject): Promise<UnpackedWeight[]> {
  const widths = bitWidths(config);
  const weights: UnpackedWeight[] = [];
  for (const module of modulesWith(raw, "weight_packed")) {
    const parts = {
      codes: requireTensor(raw, `${module}.weight_packed`),
      scales: requireTensor(raw, `${module}.weight_scale`),
      zeros: raw.get(`${module}.weight_zero_point`),
      order: raw.get(`${module}.weight_g_idx`),
    };
    const stated = raw.get(`${module}.weight_shape`);
    const layout = layoutOf(parts, stated && (await statedShape(stated)), widths);
    const from = [...Object.values(parts), stated].filter((each) => each !== undefined);
    const shape = [layout.rows, layout.columns];
    const dtype = `int${layout.bits} of compressed-tensors`;
    weights.push(
      unpackedWeight({name: `${module}.weight`, shape, dtype}, from, () => readIntegerWeight(parts, layout)),
    );
  }
  return weights;
}

/** Bits of a code, of every group of layers in the config. */
function bitWidths(config: JsonObject): number[] {
  const groups = config.get("config_groups");
  const plans = groups instanceof Map ? [...groups.values()] : [];
  const bits = plans.map((plan) => {
    const weights = plan instanceof Map ? plan.get("weights") : undefined;
    const [type, width] =
      weights instanceof Map ? [weights.get("type") ?? "int", weights.get("num_bits")] : [];
    if (type === "int" && typeof width === "number" && width >= 2 && width <= 8) return width;
    throw packingProblem(
      "unsupported",
      "quantization_config: config_groups: weights",
      `${type} of ${width} bits`,
      "int of 2 to 8 bits",
    );
  });
  if (bits.length > 0) return [...new Set(bits)];
  throw packingProblem("bad-value", "quantization_config: config_groups", "none", "the bits of the weights");
}

async function statedShape(tensor: SafetensorsTensor): Promise<number[]> {
  requireShape(tensor, [2]);
  if (tensor.dtype !== "I64") return Array.from(await tensor.readIntegers());
  const bytes = await tensor.readBytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [0, 8].map((at) => Number(view.getBigInt64(at, true)));
}

function layoutOf(
  {codes, scales, zeros, order}: Parts,
  stated: number[] | undefined,
  widths: readonly number[],
): Layout {
  requireDtype(codes, "I32");
  const [words, groups] = [codes.shape[1] ?? 0, scales.shape[1] ?? 1];
  const columnsAt = (bits: number) => stated?.[1] ?? words * Math.floor(32 / bits);
  const fitting = widths.filter((bits) => Math.ceil(columnsAt(bits) / Math.floor(32 / bits)) === words);
  if (codes.shape.length !== 2 || fitting.length !== 1) {
    const allowed = `[rows, words] of ${widths.join(" or ")} bits a column${stated ? ` for [${stated.join(", ")}]` : ""}`;
    throw packingProblem("bad-shape", codes.name, `[${codes.shape.join(", ")}]`, allowed);
  }
  const [bits] = fitting;
  const [rows, columns] = [stated?.[0] ?? codes.shape[0], columnsAt(bits)];
  requireShape(codes, [rows, words]);
  requireShape(scales, [rows, groups]);
  if (zeros?.dtype === "I32") requireShape(zeros, [Math.ceil(rows / Math.floor(32 / bits)), groups]);
  else if (zeros) requireShape(zeros, [rows, groups]);
  if (order) requireShape(order, [columns]);
  else if (groups === 0 || columns % groups !== 0) {
    throw packingProblem(
      "bad-shape",
      scales.name,
      `[${scales.shape.join(", ")}]`,
      `groups that divide ${columns} columns`,
    );
  }
  return {rows, columns, groups, bits};
}

async function readIntegerWeight(
  {codes, scales, zeros, order}: Parts,
  {rows, columns, groups, bits}: Layout,
): Promise<Float32Array> {
  const words = codes.shape[1];
  const fields = wholeFields(await codes.readIntegers(), bits);
  const factors = await allFloats(scales);
  const zeroOf = await zeroPoints(zeros, {groups, bits});
  const group = order && (await groupsOf(order, groups));
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const g = group ? group[column] : Math.floor((column * groups) / columns);
      const code = fields.field(row * words, 1, column);
      values[row * columns + column] = (code - zeroOf(row, g)) * factors[row * groups + g];
    }
  }
  return values;
}

/** The code that stands for zero in a row and group: the middle one, unless zero points say otherwise. */
async function zeroPoints(
  zeros: SafetensorsTensor | undefined,
  {groups, bits}: Pick<Layout, "groups" | "bits">,
): Promise<(row: number, group: number) => number> {
  const middle = 2 ** (bits - 1);
  if (zeros === undefined) return () => middle;
  const stored = await zeros.readIntegers();
  if (zeros.dtype !== "I32") return (row, group) => middle + stored[row * groups + group];
  const packed = wholeFields(stored, bits);
  return (row, group) => packed.field(group, groups, row);
}

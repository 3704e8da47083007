import {type JsonObject, parseJsonObject, SIDE_FILE_LIMITS} from "../../io/json-file.js";
import {elementCount} from "../../tensor/tensor.js";
import type {SafetensorsTensor} from "../safetensors-tensor.js";
import {
  allFloats,
  modulesWith,
  type Packing,
  packingProblem,
  type RawTensors,
  requireShape,
  requireTensor,
  type UnpackedWeight,
  unpackedWeight,
} from "./packing.js";
import {scaledWeight} from "./scaled-codes.js";

/** The type of four-bit codes by the ending of the tensor that describes them. */
const STATES = ["nf4", "fp4"];

/**
 * Weights as bitsandbytes stores them: four-bit codes into a table with a scale for each block, scales quantized too where
 * they are nested; or bytes with a largest magnitude for each row.
 * Source: https://github.com/bitsandbytes-foundation/bitsandbytes, `QuantState` and `Int8Params`.
 */
export const bitsandbytes: Packing = {
  id: "bitsandbytes",
  async unpack(raw) {
    const fours: UnpackedWeight[] = [];
    for (const type of STATES) {
      const ending = `weight.quant_state.bitsandbytes__${type}`;
      for (const module of modulesWith(raw, ending)) fours.push(await fourBitWeight(raw, module, ending));
    }
    return [...fours, ...modulesWith(raw, "SCB").map((module) => byteWeight(raw, module))];
  },
};

/** Signed bytes; a row's largest magnitude stands for 127. */
function byteWeight(raw: RawTensors, module: string): UnpackedWeight {
  const largest = requireTensor(raw, `${module}.SCB`);
  const {tensor, from} = scaledWeight({codes: requireTensor(raw, `${module}.weight`), scales: largest});
  const format = raw.get(`${module}.weight_format`);
  return {
    from: [...from, ...(format ? [format] : [])],
    tensor: {
      ...tensor,
      async readElements(first, count) {
        const values = await tensor.readElements(first, count);
        return values.map((value) => value / 127);
      },
    },
  };
}

interface State {
  readonly shape: readonly number[];
  readonly blockSize: number;
  readonly nested: {readonly blockSize: number; readonly offset: number} | null;
}

async function fourBitWeight(raw: RawTensors, module: string, ending: string): Promise<UnpackedWeight> {
  const part = (name: string) => requireTensor(raw, `${module}.weight.${name}`);
  const described = requireTensor(raw, `${module}.${ending}`);
  const state = stateOf(described.name, await readState(described));
  const [codes, table, scales] = [requireTensor(raw, `${module}.weight`), part("quant_map"), part("absmax")];
  const nested = state.nested && [part("nested_absmax"), part("nested_quant_map")];
  const count = elementCount(state.shape);
  if (codes.bytes !== Math.ceil(count / 2)) {
    throw packingProblem(
      "bad-shape",
      codes.name,
      `${codes.bytes} bytes`,
      `half a byte for each of [${state.shape.join(", ")}]`,
    );
  }
  requireShape(table, [16]);
  requireShape(scales, [Math.ceil(count / state.blockSize)]);
  const about = {name: codes.name, shape: state.shape, dtype: `${ending.slice(-3)} of bitsandbytes`};
  return unpackedWeight(about, [codes, table, scales, described, ...(nested ?? [])], async () => {
    const [packed, levels] = [await codes.readBytes(), await allFloats(table)];
    const factors = nested ? await nestedScales(scales, nested, state) : await allFloats(scales);
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      // The first of two stands in the high bits.
      const code = (packed[i >> 1] >> (i & 1 ? 0 : 4)) & 15;
      values[i] = levels[code] * factors[Math.floor(i / state.blockSize)];
    }
    return values;
  });
}

async function nestedScales(
  scales: SafetensorsTensor,
  [largest, table]: readonly SafetensorsTensor[],
  {nested}: State,
): Promise<Float32Array> {
  const {blockSize, offset} = nested!;
  const [codes, factors, levels] = [
    await scales.readIntegers(),
    await allFloats(largest),
    await allFloats(table),
  ];
  return Float32Array.from(
    codes,
    (code, i) => Math.fround(levels[code] * factors[Math.floor(i / blockSize)]) + offset,
  );
}

async function readState(tensor: SafetensorsTensor): Promise<JsonObject> {
  return parseJsonObject(await tensor.readBytes(), {
    reader: "openCheckpoint",
    field: tensor.name,
    limits: SIDE_FILE_LIMITS,
  });
}

function stateOf(name: string, json: JsonObject): State {
  const shape = json.get("shape");
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw packingProblem("bad-value", `${name}: shape`, shape, "a list of sizes");
  }
  const size = (key: string) => {
    const value = json.get(key);
    if (isSize(value)) return value;
    throw packingProblem("bad-value", `${name}: ${key}`, value, "a size");
  };
  const isNested = json.has("nested_blocksize");
  const offset = json.get("nested_offset") ?? 0;
  if (typeof offset !== "number")
    throw packingProblem("bad-value", `${name}: nested_offset`, offset, "a number");
  return {
    shape,
    blockSize: size("blocksize"),
    nested: isNested ? {blockSize: size("nested_blocksize"), offset} : null,
  };
}

const isSize = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value <= 2 ** 40;

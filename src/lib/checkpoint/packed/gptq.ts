import type {JsonObject} from "../../io/json-file.js";
import type {SafetensorsTensor} from "../safetensors-tensor.js";
import {bitStream} from "./bit-fields.js";
import {
  allFloats,
  groupsOf,
  modulesWith,
  oneOf,
  type Packing,
  packingProblem,
  type RawTensors,
  requireDtype,
  requireShape,
  requireTensor,
  type UnpackedWeight,
  unpackedWeight,
} from "./packing.js";

/** The stored tensors of one weight. */
interface Parts {
  readonly codes: SafetensorsTensor;
  readonly zeros: SafetensorsTensor;
  readonly scales: SafetensorsTensor;
  readonly order: SafetensorsTensor | undefined;
}

interface Layout {
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
  readonly bits: number;
  /** Added to a stored zero point: the first form of the format keeps them less one. */
  readonly shift: 0 | 1;
}

/**
 * GPTQ's packing: codes down the inputs [in bits / 32, out], zero points along the outputs [groups, out bits / 32], scales
 * [groups, out]; `g_idx` gives the group of each input. A weight is (code - zero point) scale.
 * Source: https://github.com/AutoGPTQ/AutoGPTQ and https://github.com/ModelCloud/GPTQModel, `pack` of the torch kernel.
 */
export const gptq: Packing = {
  id: "gptq",
  async unpack(raw, config) {
    const bits = oneOf(config, "bits", [4, 2, 3, 8]);
    const shift = shiftOf(config);
    return modulesWith(raw, "qweight").map((module) => gptqWeight(raw, module, bits, shift));
  },
};

function shiftOf(config: JsonObject): 0 | 1 {
  const formats = ["gptq", "gptq_v2"];
  const key = config.has("checkpoint_format") ? "checkpoint_format" : "format";
  return oneOf(config, key, formats) === "gptq" ? 1 : 0;
}

function gptqWeight(raw: RawTensors, module: string, bits: number, shift: 0 | 1): UnpackedWeight {
  const parts: Parts = {
    codes: requireTensor(raw, `${module}.qweight`),
    zeros: requireTensor(raw, `${module}.qzeros`),
    scales: requireTensor(raw, `${module}.scales`),
    order: raw.get(`${module}.g_idx`),
  };
  const layout = layoutOf(parts, bits, shift);
  const about = {
    name: `${module}.weight`,
    shape: [layout.outputs, layout.inputs],
    dtype: `int${bits} of GPTQ`,
  };
  const from = Object.values(parts).filter((each) => each !== undefined);
  return unpackedWeight(about, from, () => readGptq(parts, layout));
}

function layoutOf({codes, zeros, scales, order}: Parts, bits: number, shift: 0 | 1): Layout {
  for (const packed of [codes, zeros]) requireDtype(packed, "I32");
  const [words, outputs] = codes.shape;
  const [inputs, groups] = [(words * 32) / bits, scales.shape[0]];
  if (
    codes.shape.length !== 2 ||
    !Number.isInteger(inputs) ||
    (order === undefined && inputs % groups !== 0)
  ) {
    const allowed = `[inputs ${bits} / 32, outputs], inputs a multiple of ${groups} groups`;
    throw packingProblem("bad-shape", codes.name, `[${codes.shape.join(", ")}]`, allowed);
  }
  requireShape(zeros, [groups, Math.ceil((outputs * bits) / 32)]);
  requireShape(scales, [groups, outputs]);
  if (order) requireShape(order, [inputs]);
  return {inputs, outputs, groups, bits, shift};
}

async function readGptq({codes, zeros, scales, order}: Parts, layout: Layout): Promise<Float32Array> {
  const {inputs, outputs, groups, bits, shift} = layout;
  const zeroWords = zeros.shape[1];
  const [q, z] = [bitStream(await codes.readIntegers(), bits), bitStream(await zeros.readIntegers(), bits)];
  const factors = await allFloats(scales);
  const groupOf = order && (await groupsOf(order, groups));
  const values = new Float32Array(outputs * inputs);
  for (let input = 0; input < inputs; input++) {
    const group = groupOf ? groupOf[input] : Math.floor((input * groups) / inputs);
    for (let output = 0; output < outputs; output++) {
      // Zero points wrap: one less than none is the largest.
      const zero = (z.field(group * zeroWords, 1, output) + shift) % 2 ** bits;
      values[output * inputs + input] =
        (q.field(output, outputs, input) - zero) * factors[group * outputs + output];
    }
  }
  return values;
}

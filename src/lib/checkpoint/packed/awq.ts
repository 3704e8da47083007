import {wholeFields} from "./bit-fields.js";
import {
  allFloats,
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

const BITS = 4;
const PER_WORD = 32 / BITS;
/** Column of eight that each four bits of a word hold, from the low ones up. */
const COLUMNS = [0, 2, 4, 6, 1, 3, 5, 7];
/** The four bits that hold each column of eight. */
const PLACES = COLUMNS.map((_, column) => COLUMNS.indexOf(column));

/**
 * AWQ's packing for its GEMM kernel: codes [in, out / 8] and zero points [groups, out / 8] of four bits, eight outputs a
 * word in an order of their own; scales [groups, out]. A weight is (code - zero point) scale.
 * Source: https://github.com/casper-hansen/AutoAWQ, `WQLinear_GEMM`.
 */
export const awq: Packing = {
  id: "awq",
  async unpack(raw, config) {
    oneOf(config, config.has("w_bit") ? "w_bit" : "bits", [BITS]);
    const version = config.get("version") ?? "gemm";
    if (String(version).toLowerCase() !== "gemm") {
      throw packingProblem("unsupported", "quantization_config: version", version, "gemm");
    }
    return modulesWith(raw, "qweight").map((module) => awqWeight(raw, module));
  },
};

function awqWeight(raw: RawTensors, module: string): UnpackedWeight {
  const [codes, zeros, scales] = ["qweight", "qzeros", "scales"].map((name) =>
    requireTensor(raw, `${module}.${name}`),
  );
  for (const packed of [codes, zeros]) requireDtype(packed, "I32");
  const [inputs, words] = codes.shape;
  const [groups, outputs] = [zeros.shape[0], words * PER_WORD];
  if (codes.shape.length !== 2 || inputs % groups !== 0) {
    throw packingProblem(
      "bad-shape",
      codes.name,
      `[${codes.shape.join(", ")}]`,
      `[inputs, outputs / 8], inputs a multiple of ${groups} groups`,
    );
  }
  requireShape(zeros, [groups, words]);
  requireShape(scales, [groups, outputs]);
  const about = {name: `${module}.weight`, shape: [outputs, inputs], dtype: "int4 of AWQ"};
  return unpackedWeight(about, [codes, zeros, scales], async () => {
    const [q, z] = [
      wholeFields(await codes.readIntegers(), BITS),
      wholeFields(await zeros.readIntegers(), BITS),
    ];
    const factors = await allFloats(scales);
    const values = new Float32Array(outputs * inputs);
    for (let input = 0; input < inputs; input++) {
      const group = Math.floor((input * groups) / inputs);
      for (let output = 0; output < outputs; output++) {
        const place = output - (output % PER_WORD) + PLACES[output % PER_WORD];
        const [code, zero] = [q.field(input * words, 1, place), z.field(group * words, 1, place)];
        values[output * inputs + input] = (code - zero) * factors[group * outputs + output];
      }
    }
    return values;
  });
}

import {e2m1} from "../../formats/element.js";
import {
  allFloats,
  modulesWith,
  packingProblem,
  type RawTensors,
  requireDtype,
  requireShape,
  requireTensor,
  type UnpackedWeight,
  unpackedWeight,
} from "./packing.js";

const GROUP = 16;

/**
 * NVFP4 as compressed-tensors stores it: two E2M1 codes a byte, the first in the low bits, an E4M3 scale for each sixteen,
 * and one number for the tensor that the scales are divided by.
 */
export async function nvfp4Weights(raw: RawTensors): Promise<UnpackedWeight[]> {
  return modulesWith(raw, "weight_packed").map((module) => {
    const codes = requireTensor(raw, `${module}.weight_packed`);
    const scales = requireTensor(raw, `${module}.weight_scale`);
    const whole = requireTensor(raw, `${module}.weight_global_scale`);
    requireDtype(codes, "U8");
    requireDtype(scales, "F8_E4M3");
    const [rows, bytes] = codes.shape;
    if (codes.shape.length !== 2 || (2 * bytes) % GROUP !== 0) {
      throw packingProblem(
        "bad-shape",
        codes.name,
        `[${codes.shape.join(", ")}]`,
        `[rows, a multiple of ${GROUP / 2}]`,
      );
    }
    requireShape(scales, [rows, (2 * bytes) / GROUP]);
    const shape = [rows, 2 * bytes];
    return unpackedWeight(
      {name: `${module}.weight`, shape, dtype: "NVFP4 of compressed-tensors"},
      [codes, scales, whole],
      async () => {
        const packed = await codes.readBytes();
        const factors = await allFloats(scales);
        const [divisor] = await allFloats(whole);
        const values = new Float32Array(rows * 2 * bytes);
        for (let i = 0; i < values.length; i++) {
          const code = (packed[i >> 1] >> (4 * (i & 1))) & 15;
          values[i] = e2m1.values[code] * Math.fround(factors[Math.floor(i / GROUP)] / divisor);
        }
        return values;
      },
    );
  });
}

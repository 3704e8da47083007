import {castValue, decodeValues} from "../../../lib/formats/cast.js";
import {bf16, f16, ue4m3} from "../../../lib/formats/element.js";
import {fourOverSixQuantize} from "../../../lib/formats/nvfp4/four-over-six.js";
import {type Nvfp4Tensor, nvfp4Dequantize, nvfp4Quantize} from "../../../lib/formats/nvfp4/nvfp4.js";
import {packCodes} from "../../../lib/formats/pack.js";
import {type Tensor, tensor} from "../../../lib/tensor/tensor.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";

type Args = Parameters<CaseOp>[0];

/** A numeric input as a tensor; the files' other dtypes are rounded to float32. */
export function tensorInput(inputs: Parameters<CaseOp>[1], name: string): Tensor {
  const {data, shape} = inputs[name] as GoldenTensor;
  return tensor(Float32Array.from(data), shape);
}

/** The values rounded to the output type of a file: `bf16`, `f16`, or none. */
export function roundOutput({data}: Tensor, {output}: Args): Float32Array {
  if (output === undefined || output === "f32") return data;
  if (output !== "bf16" && output !== "f16")
    throw new RangeError(`output must be bf16 or f16, got ${output}`);
  const element = output === "bf16" ? bf16 : f16;
  return data.map((value) => castValue(element, value, {overflow: "inf"}));
}

/** Code 8 is a negative zero: a file may ask for it as it is, or as the plain zero. */
const codesFor = ({negative_zero_code: keep}: Args, {codes}: Nvfp4Tensor): Uint8Array =>
  keep ? codes : codes.map((code) => (code === 8 ? 0 : code));

const fakeQuantOutputs = (args: Args, q: Nvfp4Tensor) => ({
  y: roundOutput(nvfp4Dequantize(q, "prescaled"), args),
  global_scale: [q.tensorScale],
  block_scale: decodeValues(ue4m3, q.scaleCodes),
  codes: codesFor(args, q),
});

const tiesToZero: CaseOp = (args, inputs) => {
  const blockSize = args.group as number;
  const x = tensorInput(inputs, "x");
  return fakeQuantOutputs(args, nvfp4Quantize(x, {blockSize, order: "prescaled", rounding: "half-to-zero"}));
};

const tiesToEven: CaseOp = (args, inputs) => {
  const blockSize = args.group as number;
  const q = nvfp4Quantize(tensorInput(inputs, "x"), {blockSize, order: "modelopt"});
  return {
    packed: packCodes(codesFor(args, q), 4),
    block_scale_e4m3_bits: q.scaleCodes,
    global_scale: [q.tensorScale],
    y: roundOutput(nvfp4Dequantize(q, "modelopt"), args),
  };
};

const fourOverSix: CaseOp = (args, inputs) => {
  const q = fourOverSixQuantize(tensorInput(inputs, "x"), {blockSize: args.group as number});
  return {...fakeQuantOutputs(args, q), picked_4: q.pickedFour};
};

export const ops: Ops = {
  cases: {
    nvfp4_fake_quant_ties_to_zero: tiesToZero,
    nvfp4_quantize_ties_to_even: tiesToEven,
    nvfp4_4over6_fake_quant: fourOverSix,
  },
};

import {e2m1, fp3} from "../../../lib/formats/element.js";
import type {Codebook} from "../../../lib/formats/format.js";
import {forEachGroup, groupsAlong} from "../../../lib/formats/groups.js";
import {razerQuantize} from "../../../lib/formats/razer/razer.js";
import {razerActQuantize} from "../../../lib/formats/razer/razer-act.js";
import {mxfp4RazerQuantize, nvfp4RazerQuantize} from "../../../lib/formats/razer/razer-blog.js";
import {dequantizeSpecials, type SpecialTensor} from "../../../lib/formats/razer/razer-search.js";
import {razerV1Quantize} from "../../../lib/formats/razer/razer-v1.js";
import {roundHalfEven} from "../../../lib/formats/round.js";
import type {Tensor} from "../../../lib/tensor/tensor.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";
import {
  type KernelScaleFormat,
  type KernelWeights,
  kernelCodesFromWords,
  kernelCodeWords,
  kernelScaleBytesFromWords,
  kernelScaleWords,
  razerKernelDequantize,
  razerKernelQuantize,
  transposedScales,
} from "../released/razer-kernel.js";
import {razerZeroPoint} from "../released/razer-zero-point.js";
import {roundOutput, tensorInput} from "./formats-nvfp4.js";

type Args = Parameters<CaseOp>[0];

/** The code 8 of the library stands for the special value and 0 for zero; a file may ask for other codes. */
function codesFor({code_for_special: special = 8, code_for_zero: zero = 0}: Args, {codes}: SpecialTensor) {
  return codes.map((code) => (code === 8 ? (special as number) : code === 0 ? (zero as number) : code));
}

const v2Outputs = (args: Args, q: SpecialTensor) => ({
  y: roundOutput(dequantizeSpecials(q), args),
  global_scale: [q.tensorScale],
  block_scale: q.scales,
  special_index: q.specialIndex,
  codes_special_is_8: codesFor(args, q),
});

const e3m3Weights: CaseOp = (args, inputs) =>
  v2Outputs(
    args,
    razerQuantize(tensorInput(inputs, "x"), {
      blockSize: args.group as number,
      specials: args.special as number[],
      scaleGrid: args.scale_grid === "strict" ? "strict" : "author",
    }),
  );

const e4m3Activations: CaseOp = (args, inputs) =>
  v2Outputs(
    args,
    razerActQuantize(tensorInput(inputs, "x"), {
      blockSize: args.group as number,
      specials: args.special as number[],
    }),
  );

/** The base named in a case, its levels multiplied as the file says. */
function baseOf({base, level_multiplier: multipliers}: Args): {codebook: Codebook; multiplier: number} {
  const element = base === "fp3" ? fp3 : base === "fp4" ? e2m1 : undefined;
  if (element === undefined) throw new RangeError(`base must be fp3 or fp4, got ${base}`);
  const multiplier = (multipliers as Record<string, number> | undefined)?.[base as string] ?? 1;
  const values = element.values.map((value) => value * multiplier);
  return {codebook: {bits: element.bits, values}, multiplier};
}

function v1Options(args: Args) {
  const {codebook: base, multiplier} = baseOf(args);
  const specials = (args.special as number[]).map((special) => special * multiplier);
  return {base, specials, blockSize: args.group as number};
}

const v1: CaseOp = (args, inputs) => {
  const q = razerV1Quantize(tensorInput(inputs, "x"), v1Options(args));
  return {y: roundOutput(dequantizeSpecials(q), args), index: q.specialIndex};
};

const v1ZeroPoint: CaseOp = (args, inputs) => {
  const {values, specialIndex} = razerZeroPoint(tensorInput(inputs, "x"), v1Options(args));
  return {y: roundOutput(values, args), index: specialIndex};
};

/** The formats of the authors' blog by their names there. */
const BLOG_FORMATS: Readonly<Record<string, (x: Tensor, args: Args) => Tensor>> = {
  fp4: (x, {group}) => plainFp4(x, group as number),
  fp4_razer: (x, {group, special}) =>
    dequantizeSpecials(razerV1Quantize(x, {blockSize: group as number, specials: special as number[]})),
  mxfp4_razer: (x, {group, special}) =>
    dequantizeSpecials(mxfp4RazerQuantize(x, {blockSize: group as number, specials: special as number[]})),
  nvfp4_razer: (x, {group, special}) =>
    dequantizeSpecials(nvfp4RazerQuantize(x, {blockSize: group as number, specials: special as number[]})),
  int_asymmetric: (x, {group, n_bits: bits}) => blogIntAsymmetric(x, group as number, bits as number),
};

const blog: CaseOp = (args, inputs) => {
  const quantize = BLOG_FORMATS[args.format as string];
  if (quantize === undefined) {
    throw new RangeError(`format must be one of ${Object.keys(BLOG_FORMATS).join(", ")}, got ${args.format}`);
  }
  return {y: roundOutput(quantize(tensorInput(inputs, "x"), args), args)};
};

/** FP4 without a special value: a search whose only candidate is a level that is there already. */
const plainFp4 = (x: Tensor, blockSize: number): Tensor =>
  dequantizeSpecials(razerV1Quantize(x, {blockSize, specials: [-6]}));

/** The blog's own integers: no floor under the scale, no limit on the zero point; a constant group gives NaN. */
function blogIntAsymmetric(x: Tensor, group: number, bits: number): Tensor {
  const {fround} = Math;
  const highest = 2 ** bits - 1;
  const data = new Float32Array(x.data.length);
  forEachGroup(groupsAlong(x.shape, -1, group), (_, start, _step, count) => {
    const part = x.data.subarray(start, start + count);
    const min = part.reduce((a, b) => Math.min(a, b));
    const max = part.reduce((a, b) => Math.max(a, b));
    const scale = fround(fround(max - min) / highest);
    const zero = roundHalfEven(fround(-min / scale));
    part.forEach((value, i) => {
      const code = Math.min(Math.max(roundHalfEven(fround(value / scale)) + zero, 0), highest);
      data[start + i] = (code - zero) * scale;
    });
  });
  return {shape: x.shape, data};
}

const kernelPack: CaseOp = (args, inputs) => {
  const format = args.scale_format as KernelScaleFormat;
  const q = razerKernelQuantize(tensorInput(inputs, "w"), format, args.special_order as number[]);
  const shared = {codes: q.codes, qB: kernelCodeWords(q)};
  return format === "fp16-flags"
    ? {...shared, scale_bits_u16: transposedScales(q.scales, q.rows)}
    : {...shared, scale_bytes: q.scales, scale_words: kernelScaleWords(q)};
};

const kernelUnpack: CaseOp = (args, inputs) => {
  const scaleFormat = args.scale_format as KernelScaleFormat;
  const qB = inputs.qB as GoldenTensor;
  const [words = 0, rows = 0] = qB.shape;
  const columns = 8 * words;
  const codes = kernelCodesFromWords(Int32Array.from(qB.data), rows, columns);
  const stored = (name: string) => (inputs[name] as GoldenTensor).data;
  const scales =
    scaleFormat === "fp16-flags"
      ? transposedScales(Uint16Array.from(stored("scale_bits_u16")), columns / 128)
      : kernelScaleBytesFromWords(Int32Array.from(stored("scale_words")), rows);
  const q: KernelWeights = {rows, columns, scaleFormat, magnitudes: [5, 8], codes, scales};
  return {codes, y: razerKernelDequantize(q).data, scale_bytes: scales};
};

export const ops: Ops = {
  cases: {
    razer_e3m3_fake_quant: e3m3Weights,
    razer_e4m3_fake_quant: e4m3Activations,
    razer_v1_fake_quant: v1,
    razer_v1_zero_point_fake_quant: v1ZeroPoint,
    razer_blog_fake_quant: blog,
    razer_kernel_pack: kernelPack,
    razer_kernel_unpack: kernelUnpack,
  },
};

import {decodeValues} from "../../../lib/formats/cast.js";
import type {ElementFormat} from "../../../lib/formats/element.js";
import {type MxOptions, mx, mxQuantize} from "../../../lib/formats/mx/mx.js";
import type {MxScaleRule} from "../../../lib/formats/mx/mx-scale.js";
import type {Tensor} from "../../../lib/tensor/tensor.js";
import type {CaseOp, Ops} from "../op.js";
import {type Args, mxElement, numberArg, roundingArg} from "./formats-arguments.js";
import {roundOutput, tensorInput} from "./formats-nvfp4.js";

function mxOptions(args: Args, elementName = String(args.elem_format)): MxOptions {
  const scaleBits = numberArg(args, "scale_bits", 8);
  if (scaleBits !== 8) throw new RangeError(`scale_bits: must be 8 (E8M0), got ${scaleBits}`);
  if ((args.overflow ?? "saturate") !== "saturate") {
    throw new RangeError(`overflow: must be saturate, got ${args.overflow}`);
  }
  return {
    element: mxElement(elementName),
    blockSize: numberArg(args, "block_size", 32),
    axis: numberArg(args, "axis", -1),
    scaleRule: (args.scale_rule ?? "floor") as MxScaleRule,
    rounding: roundingArg(args),
  };
}

/** The shape of the scales: `axis` of x divided into blocks. */
function scaleShape({shape}: Tensor, axis: number, blockSize: number): number[] {
  const at = axis < 0 ? shape.length + axis : axis;
  return shape.map((dim, i) => (i === at ? Math.ceil(dim / blockSize) : dim));
}

/** Golden files hold the codes of integers as signed numbers k, those of floats as they are. */
function fileCodes(element: ElementFormat, codes: Uint8Array | Uint16Array): ArrayLike<number> {
  if (element.kind === "float") return codes;
  return decodeValues(element, codes).map((value) => value * 2 ** element.fractionBits);
}

const dequantized = (x: Tensor, options: MxOptions): Tensor => {
  const format = mx(options);
  return format.decode(format.encode(x));
};

const quantizeDequantize: CaseOp = (args, inputs) => {
  const x = tensorInput(inputs, "x");
  const options = mxOptions(args);
  const {codes, scales} = mxQuantize(x, options);
  const shape = scaleShape(x, numberArg(args, "axis", -1), numberArg(args, "block_size", 32));
  return {
    y: dequantized(x, options).data,
    scale: {data: scales, shape},
    codes: fileCodes(mxElement(String(args.elem_format)), codes),
  };
};

/** The reference takes floor(log2f(amax)), which is one too high just below a power of two. */
const log2Edge: CaseOp = (args, inputs) => {
  const x = tensorInput(inputs, "x");
  const options = mxOptions(args);
  const blockSize = numberArg(args, "block_size", 32);
  const {emax} = mxElement(String(args.elem_format));
  const references = Array.from({length: x.data.length / blockSize}, (_, block) => {
    const amax = x.data
      .subarray(block * blockSize, (block + 1) * blockSize)
      .reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    return Math.floor(Math.fround(Math.log2(amax))) - emax + 127;
  });
  return {
    y_reference: dequantized(x, options).data,
    scale_by_exponent_bits: mxQuantize(x, options).scales,
    scale_reference_log2f: references,
  };
};

const specialValues: CaseOp = (args, inputs) => {
  const x = tensorInput(inputs, "x");
  const names = args.elem_format as readonly string[];
  return Object.fromEntries(
    names.map((name) => [`y_${name.split("_")[0]}`, dequantized(x, mxOptions(args, name)).data]),
  );
};

const halfAwayFloor: CaseOp = (args, inputs) => {
  const options: MxOptions = {blockSize: numberArg(args, "group"), rounding: "half-away"};
  return {y: roundOutput(dequantized(tensorInput(inputs, "x"), options), args)};
};

export const ops: Ops = {
  cases: {
    mx_quantize_dequantize: quantizeDequantize,
    mx_quantize_scale_rules: quantizeDequantize,
    mx_log2_edge_information_only: log2Edge,
    mx_special_values_information_only: specialValues,
    mxfp4_fake_quant_half_away_floor: halfAwayFloor,
  },
};
